import Booking
import FoundationEssentials
package import Postgres

/// The locks of a transaction on bookings, with its actor and reason.
///
/// Locks are taken in a fixed order: the studio (shared), the request, the person's contacts, the studio's clock hours
/// that the session overlaps, the trainer. Two bookings that can conflict have a lock in common; other bookings do not
/// wait for each other.
package struct BookingLocks {
    let actor: String
    var reason: String?
    var shared: [String] = []
    /// The names of the exclusive locks.
    package var locks: [String] = []

    /// Creates an empty set of locks.
    package init(actor: String, reason: String? = nil) {
        self.actor = actor
        self.reason = reason
    }

    /// Adds a shared lock of each studio, in the order of their keys, so that its rules and closures do not change.
    mutating func read(studios: Studio.ID...) {
        shared += Set(studios.map(\.value)).sorted().map { "studio:\($0)" }
    }

    /// Adds an exclusive lock of the studio, to change its rules or closures after bookings in progress.
    mutating func change(studio: Studio.ID) {
        locks.append("studio:\(studio.value)")
    }

    /// Adds a lock of a request's key, so that a repeated request waits for the first result.
    mutating func take(request: String) {
        locks.append("request:\(request)")
    }

    /// Adds a lock of each contact of a person.
    mutating func take(person: Contacts) {
        locks += person.keys
    }

    /// Adds locks of the clock hours of a studio that a session and its turnaround overlap.
    mutating func take(hoursOf studio: Studio.ID, during occupied: Range<Date>) {
        let hours = Int64((occupied.lowerBound.timeIntervalSince1970 / 3600).rounded(.down))
        let last = Int64((occupied.upperBound.timeIntervalSince1970 / 3600).rounded(.up)) - 1
        locks += (hours...max(hours, last)).map { "studio:\(studio.value):hour:\($0)" }
    }

    /// Adds locks of trainers, in the order of their keys.
    mutating func take(trainers: Trainer.ID...) {
        take(trainers: trainers)
    }

    /// Adds locks of trainers, in the order of their keys.
    mutating func take(trainers: [Trainer.ID]) {
        locks += Set(trainers.map(\.value)).sorted().map { "trainer:\($0)" }
    }

    /// Sets the actor for the event log and takes the locks, together with the next statement.
    ///
    /// Each statement after it has a snapshot that is taken when the locks are held.
    package func begin(on connection: Connection) async {
        await connection.send("SELECT acquire_locks(\(actor), \(reason), \(shared), \(locks))")
    }

    /// Takes further locks in a transaction that has begun, together with the next statement.
    func lock(on connection: Connection) async {
        await connection.send(
            """
            SELECT acquire_locks(
                current_setting('intro.actor'), current_setting('intro.reason'), \(shared), \(locks))
            """)
    }
}
