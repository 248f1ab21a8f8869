import Booking
import FoundationEssentials
import Postgres

/// A piece of work on the books: who does it, why, and what it must not meet.
///
/// Locks are taken in one fixed order: the studio (shared), the request, the person's contacts, the studio's hours that
/// the session touches, the trainer. Two bookings that can meet share a lock and take turns; others never wait.
struct Work {
    let actor: String
    var reason: String?
    var shared: [String] = []
    var locks: [String] = []

    init(actor: String, reason: String? = nil) {
        self.actor = actor
        self.reason = reason
    }

    /// Keeps the studio's rules and closures as they are until the work is done.
    mutating func read(studio: Studio.ID) {
        shared.append("studio:\(studio.value)")
    }

    /// Takes the studio for a change of its rules or closures; waits for bookings under way.
    mutating func change(studio: Studio.ID) {
        locks.append("studio:\(studio.value)")
    }

    /// Takes a request's key: a repetition waits for the first one's answer.
    mutating func take(request: String) {
        locks.append("request:\(request)")
    }

    /// Takes a person, by every contact.
    mutating func take(person: Contacts) {
        locks += person.keys
    }

    /// Takes the whole hours of a studio that a session and its turnaround touch.
    mutating func take(hoursOf studio: Studio.ID, from start: Date, until end: Date) {
        let hours = Int64((start.timeIntervalSince1970 / 3600).rounded(.down))
        let last = Int64((end.timeIntervalSince1970 / 3600).rounded(.up)) - 1
        locks += (hours...max(hours, last)).map { "studio:\(studio.value):hour:\($0)" }
    }

    /// Takes trainers, in order of their keys.
    mutating func take(trainers: Trainer.ID...) {
        locks += Set(trainers.map(\.value)).sorted().map { "trainer:\($0)" }
    }

    /// Names the actor to the event log and takes the locks, in one round trip.
    func begin(on connection: Connection) async throws {
        _ = try await connection.query("SELECT begin_work(\(actor), \(reason), \(shared), \(locks))")
    }

    /// Takes further locks in the middle of work that has begun.
    func lock(on connection: Connection) async throws {
        _ = try await connection.query(
            "SELECT begin_work(current_setting('intro.actor'), current_setting('intro.reason'), \(shared), \(locks))")
    }
}
