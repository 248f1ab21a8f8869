import Booking
import FoundationEssentials
package import Postgres

/// The locks of a transaction on bookings, with its actor and reason.
///
/// Locks are taken in one fixed order: the studio (shared), the request, the person's contacts, the studio's hours that
/// the session touches, the trainer. Two bookings that can conflict share a lock; others do not wait for each other.
package struct BookingLocks {
    let actor: String
    var reason: String?
    var shared: [String] = []
    package var locks: [String] = []

    package init(actor: String, reason: String? = nil) {
        self.actor = actor
        self.reason = reason
    }

    /// Locks the studio, shared, so that its rules and closures do not change.
    mutating func read(studio: Studio.ID) {
        shared.append("studio:\(studio.value)")
    }

    /// Locks the studio for a change of its rules or closures; waits for bookings in progress.
    mutating func change(studio: Studio.ID) {
        locks.append("studio:\(studio.value)")
    }

    /// Locks a request's key, so that a repetition waits for the first result.
    mutating func take(request: String) {
        locks.append("request:\(request)")
    }

    /// Locks a person by each contact.
    mutating func take(person: Contacts) {
        locks += person.keys
    }

    /// Locks the clock hours of a studio that a session and its turnaround touch.
    mutating func take(hoursOf studio: Studio.ID, from start: Date, until end: Date) {
        let hours = Int64((start.timeIntervalSince1970 / 3600).rounded(.down))
        let last = Int64((end.timeIntervalSince1970 / 3600).rounded(.up)) - 1
        locks += (hours...max(hours, last)).map { "studio:\(studio.value):hour:\($0)" }
    }

    /// Locks trainers, in order of their keys.
    mutating func take(trainers: Trainer.ID...) {
        locks += Set(trainers.map(\.value)).sorted().map { "trainer:\($0)" }
    }

    /// Sets the actor for the event log and takes the locks, in one round trip.
    package func begin(on connection: Connection) async throws {
        _ = try await connection.query("SELECT begin_work(\(actor), \(reason), \(shared), \(locks))")
    }

    /// Takes further locks in a transaction that has begun.
    func lock(on connection: Connection) async throws {
        _ = try await connection.query(
            "SELECT begin_work(current_setting('intro.actor'), current_setting('intro.reason'), \(shared), \(locks))")
    }
}
