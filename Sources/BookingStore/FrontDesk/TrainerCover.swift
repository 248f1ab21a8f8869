public import Booking
public import FoundationEssentials
import Postgres

extension FrontDesk {
    /// Moves the sessions of an absent trainer to other trainers at the same time and studio, and holds other slots for
    /// the sessions that no trainer can take.
    ///
    /// Each move and each hold is a transaction of its own: if the process ends early, another call completes the rest.
    ///
    /// - Parameters:
    ///   - request: The trainer and the period.
    ///   - now: The current time; notice does not apply, since clients keep their time.
    /// - Returns: The sessions that were moved, and those that were left.
    /// - Throws: ``InvalidInput`` if the request's key was used for another change, or ``PostgresError``.
    public func cover(_ request: CoverRequest, now: Date) async throws -> CoverResult {
        guard request.isDryRun else {
            return try await TrainerCover(desk: self, scope: .each(database), request: request, now: now).run()
        }
        return try await ConstraintRefusal.translating {
            try await transaction(isDryRun: true) { connection in
                if let absence = request.plannedAbsence {
                    _ = try await TimeOffRepository(connection).insert(
                        request.trainer.id, from: absence.during.lowerBound, until: absence.during.upperBound,
                        reason: absence.reason)
                }
                return try await TrainerCover(desk: self, scope: .one(connection), request: request, now: now).run()
            }
        }
    }
}

/// A request to cover for an absent trainer.
public struct CoverRequest: Sendable {
    /// The absent trainer.
    public let trainer: Trainer
    /// The period of the absence.
    public let during: Range<Date>
    /// The trainer who takes the sessions; `nil` means the free trainer with the fewest sessions that day, for each.
    public var substitute: Trainer?
    /// The request's key; a repeated request with the same key also returns the sessions that it moved before.
    public var requestID: String?
    /// Whether the changes are only computed, without storing anything.
    public var isDryRun = false

    /// The time off that is added before the sessions are covered; a dry run adds it too.
    public var plannedAbsence: (during: Range<Date>, reason: String?)?

    /// Creates a request.
    public init(trainer: Trainer, during: Range<Date>) {
        self.trainer = trainer
        self.during = during
    }
}

/// The sessions of an absent trainer after they were covered.
public struct CoverResult: Sendable {
    /// A session that no other trainer can take.
    public struct Left: Sendable {
        /// The session, which is not changed.
        public let session: Session
        /// The reason why it was not moved.
        public let refusal: Refusal
        /// The free slots near its time, which are held for it.
        public let alternatives: [Slot]
        /// The hold of the alternatives; `nil` for a dry run and without alternatives.
        public let hold: Hold?
    }

    /// The sessions that were moved, by start, with the messages that are expected.
    public internal(set) var moved: [ChangeResult] = []
    /// The sessions that were not moved, by start.
    public internal(set) var left: [Left] = []
}

/// The transactions that cover for a trainer.
struct TrainerCover {
    /// The transactions in which the changes are made.
    enum Scope {
        /// Each change has a transaction of its own.
        case each(Database)
        /// All changes are made in one transaction, which the caller rolls back.
        case one(Connection)

        func run<Result: Sendable>(_ body: @Sendable (isolated Connection) async throws -> Result) async throws
            -> Result
        {
            switch self {
            case .each(let database):
                try await ConstraintRefusal.translating { try await database.transaction(body) }
            case .one(let connection): try await body(connection)
            }
        }
    }

    /// The duration of the holds, in seconds.
    static let holdDuration: TimeInterval = 30 * 60

    let desk: FrontDesk
    let scope: Scope
    let request: CoverRequest
    let now: Date

    func run() async throws -> CoverResult {
        var result = CoverResult()
        var refused: [(session: Session, refusal: Refusal)] = []
        for session in try await sessions() {
            do {
                let moved = try await scope.run { connection in try await move(session, on: connection) }
                result.moved += moved.map { [$0] } ?? []
            } catch let refusal as Refusal {
                refused.append((session, refusal))
            }
        }
        // The slots of sessions that can be moved are not held for others.
        for (session, refusal) in refused {
            let holds = try await scope.run { connection in try await holdAlternatives(to: session, on: connection) }
            guard let holds else { continue }
            result.left.append(
                CoverResult.Left(
                    session: session, refusal: refusal, alternatives: holds.map(\.slot),
                    hold: request.isDryRun ? nil : holds.first))
        }
        return result
    }

    /// Returns the trainer's sessions to come in the period and those that the request moved before, by start.
    private func sessions() async throws -> [Session] {
        try await scope.run { connection in
            let present = try await SessionRepository(connection).booked(
                at: nil, with: request.trainer.id, meeting: request.during.lowerBound, request.during.upperBound
            ).filter { $0.startsAt > now }
            guard let key = request.requestID else { return present }
            let requests = ChangeRequestRepository(connection)
            guard try await !requests.isUsed(key, exceptToReplace: request.trainer.id, during: request.during) else {
                throw InvalidInput(
                    field: "the request's key", problem: "was used for another change",
                    hint: "use another key for another change")
            }
            let earlier = try await requests.sessions(changedBy: key)
            let known = Set(present.map(\.id))
            return (present + earlier.filter { !known.contains($0.id) }).sorted { $0.startsAt < $1.startsAt }
        }
    }

    /// Moves one session; returns `nil` if it is no longer a session to come of the absent trainer.
    private func move(_ session: Session, on connection: Connection) async throws -> ChangeResult? {
        var move = MoveRequest(session.reference)
        move.trainer = request.substitute
        move.replaced = request.trainer.id
        move.replacedAt = session.startsAt
        let studio = try await StudioRepository(connection).with(session.studio.id)
        let transaction = MoveTransaction(request: move, studio: studio, now: now)
        var change = ChangeRequest(now: now, requestID: request.requestID)
        change.reportsMessages = true
        let result = try await desk.performOnce(
            transaction.change(of: session), change,
            { session, connection in try await transaction.run(session, on: connection) }, on: connection
        ).value()
        return result.changed ? result : nil
    }

    /// Holds free slots near a session's time with one key, in place of those that an earlier cover held for it.
    ///
    /// - Returns: The holds; `nil` if the session was cancelled, marked or moved out of the absence since it was refused,
    ///   so that it needs no call.
    private func holdAlternatives(to session: Session, on connection: Connection) async throws -> [Hold]? {
        let studio = try await StudioRepository(connection).with(session.studio.id)
        let slots = SlotRepository(connection)
        let absence = (trainer: request.trainer.id, during: request.during)
        var found = try await slots.alternatives(to: session, at: studio, absence: absence, now: now)
        try await acquireLocks(for: found, at: studio, on: connection)
        // A change that follows releases the holds, but one that was made before would not.
        let present = try await SessionRepository(connection).locked(session.reference).value()
        guard present.status == .booked, present.isAtSamePlace(as: session) else {
            guard stillNeedsCover(present) else { return nil }
            // It was moved to another time of the absence: there are no alternatives near that time yet.
            try await HoldRepository(connection).release(for: session.id)
            return []
        }
        // A slot may have been taken before the locks were acquired; one that was found since then is not locked.
        let confirmed = try await slots.alternatives(to: session, at: studio, absence: absence, now: now)
        found = found.filter { slot in
            confirmed.contains { $0.startsAt == slot.startsAt && $0.trainer == slot.trainer }
        }
        let holds = HoldRepository(connection)
        try await holds.release(for: session.id)
        guard !found.isEmpty else { return [] }
        var terms = HoldTerms(key: .random(), expiresAt: now + Self.holdDuration, actor: desk.actor)
        terms.note = session.reference.description
        return try await holds.insert(found, terms, for: session.id, now: now)
    }

    private func stillNeedsCover(_ session: Session) -> Bool {
        session.status == .booked && session.trainer.id == request.trainer.id
            && session.startsAt < request.during.upperBound && session.endsAt > request.during.lowerBound
    }

    private func acquireLocks(for slots: [Slot], at studio: Studio, on connection: Connection) async throws {
        var locks = BookingLocks(actor: desk.actor)
        locks.read(studios: studio.id)
        var hours = BookingLocks(actor: desk.actor)
        for slot in slots { hours.take(hoursOf: studio.id, during: studio.offer.occupied(from: slot.startsAt)) }
        var seen: Set<String> = []
        locks.locks += hours.locks.filter { seen.insert($0).inserted }
        locks.take(trainers: slots.map(\.trainer.id))
        await locks.begin(on: connection)
    }
}
