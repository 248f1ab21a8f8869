public import Booking
public import FoundationEssentials
import Postgres

/// Holds of slots.
extension FrontDesk {
    /// Holds a slot for some minutes, so that only its key books it.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - now: The current time, to which notice, horizon and expiry refer.
    /// - Returns: The hold, and whether this request created it.
    /// - Throws: ``Refusal`` with free slots as alternatives, ``NotFound`` or ``PostgresError``.
    public func hold(_ request: HoldRequest, now: Date) async throws -> HoldResult {
        do {
            var result = try await ConstraintRefusal.translating {
                try await transaction(isDryRun: request.isDryRun) { connection in
                    try await HoldTransaction(connection: connection, actor: actor, request: request, now: now).run()
                }
            }
            if request.isDryRun { result.created = false }
            return result
        } catch let refusal as Refusal {
            throw await addingAlternatives(
                refusal.withoutOverride(at: request.studio.handle.text), to: request.start, at: request.studio,
                with: request.trainer?.id, now: now)
        }
    }

    /// Releases the slots of a key.
    ///
    /// - Parameter key: The key.
    /// - Returns: The slots; a hold that has ended is not changed.
    /// - Throws: ``NotFound`` or ``PostgresError``.
    public func release(_ key: Reference) async throws -> [Hold] {
        try await database.transaction { connection in
            await BookingLocks(actor: actor).begin(on: connection)
            return try await HoldRepository(connection).release(key)
        }
    }
}

/// A request to hold a slot.
public struct HoldRequest: Sendable {
    /// The studio.
    public let studio: Studio
    /// The trainer; `nil` means any trainer.
    public var trainer: Trainer?
    /// The start.
    public let start: Date
    /// The duration of the hold in minutes.
    public let minutes: Int
    /// A note of the staff.
    public var note: String?
    /// The request's key; a repeated request with the same key returns the first result.
    public var requestID: String?
    /// Whether the request is only checked, without storing anything.
    public var isDryRun = false

    /// Creates a request.
    public init(studio: Studio, start: Date, minutes: Int) {
        self.studio = studio
        self.start = start
        self.minutes = minutes
    }
}

/// The result of a request to hold a slot.
public struct HoldResult: Sendable {
    /// The hold.
    public let hold: Hold
    /// Whether this request created it; `false` for a repeated request and a dry run.
    public internal(set) var created: Bool
}

/// The transaction of one hold, with the locks and rules of a booking.
struct HoldTransaction {
    let connection: Connection
    let actor: String
    let request: HoldRequest
    let now: Date

    func run() async throws -> HoldResult {
        let holds = HoldRepository(connection)
        try await acquireLocks()
        if let key = request.requestID, let earlier = try await holds.made(by: key) {
            return HoldResult(hold: earlier, created: false)
        }
        let choice = try await SlotChoice(
            connection: connection, studio: request.studio, trainer: request.trainer?.id, start: request.start,
            now: now,
            strictness: .all
        ).choose()
        let trainer = Session.TrainerName(id: choice.trainer, handle: "", name: "")
        let slot = Slot(startsAt: request.start, trainer: trainer, studio: Session.Place(request.studio))
        var terms = HoldTerms(
            key: .random(), expiresAt: now + TimeInterval(request.minutes * 60), actor: actor)
        terms.note = request.note
        terms.requestID = request.requestID
        return HoldResult(hold: try await holds.insert([slot], terms, for: nil, now: now)[0], created: true)
    }

    private func acquireLocks() async throws {
        var locks = BookingLocks(actor: actor)
        locks.read(studios: request.studio.id)
        if let key = request.requestID { locks.take(request: key) }
        locks.take(hoursOf: request.studio.id, during: request.studio.offer.occupied(from: request.start))
        if let trainer = request.trainer { locks.take(trainers: trainer.id) }
        await locks.begin(on: connection)
    }
}
