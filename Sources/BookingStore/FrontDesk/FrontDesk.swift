public import Booking
public import FoundationEssentials
public import Postgres

/// The operations on sessions: booking, moving, cancelling, confirming and marking.
public struct FrontDesk: Sendable {
    let database: Database
    let actor: String
    let noShowLimit: Int

    /// Creates a front desk.
    ///
    /// - Parameters:
    ///   - database: The database.
    ///   - actor: The actor, for the event log.
    ///   - noShowLimit: The number of no-shows from which a person cannot book again.
    public init(database: Database, actor: String, noShowLimit: Int) {
        self.database = database
        self.actor = actor
        self.noShowLimit = noShowLimit
    }

    /// Books a free introductory session.
    ///
    /// If the connection is lost before the commit is confirmed, the result is looked up by the request's key. If the
    /// transaction was not committed, the request is repeated.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - now: The current time, to which notice and horizon refer.
    /// - Returns: The session, and whether this request created it.
    /// - Throws: ``Refusal`` with free slots as alternatives, ``NotFound``, ``InvalidInput`` or ``PostgresError``.
    public func book(_ request: BookingRequest, now: Date) async throws -> BookingResult {
        let key = request.requestID ?? "once:\(UUID().uuidString)"
        var attempt = 1
        while true {
            do {
                return try await ConstraintRefusal.translating {
                    try await bookOnce(request, key: key, now: now)
                }
            } catch let error as PostgresError where error.kind == .outcomeUnknown && attempt < 5 {
                if let result = try await committedResult(request, key: key) { return result }
            } catch let error as PostgresError where error.constraint == "session_reference_key" && attempt < 5 {
                // The random reference is in use, which is very unlikely; the next attempt has another one.
            } catch let refusal as Refusal {
                throw await addingAlternatives(
                    refusal, to: request.start, at: request.studio, with: request.trainer?.id, now: now)
            }
            attempt += 1
        }
    }

    /// Moves a session that has not begun to another time, trainer or studio.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - now: The current time, to which notice and horizon refer.
    /// - Returns: The session, and whether it moved.
    /// - Throws: ``Refusal`` with free slots as alternatives, ``NotFound`` or ``PostgresError``.
    public func reschedule(_ request: MoveRequest, now: Date) async throws -> MoveResult {
        let (session, studio) = try await database.withConnection { connection in
            let session = try await SessionRepository(connection).named(request.reference)
            if let studio = request.studio { return (session, studio) }
            return (session, try await StudioRepository(connection).with(session.studio.id))
        }
        do {
            return try await ConstraintRefusal.translating {
                try await database.transaction { connection in
                    try await MoveTransaction(
                        connection: connection, actor: actor, request: request, studio: studio, now: now
                    ).run()
                }
            }
        } catch let refusal as Refusal {
            let present = session.studio.id == studio.id ? session.trainer.id : nil
            throw await addingAlternatives(
                refusal, to: request.start ?? session.startsAt, at: studio, with: request.trainer?.id ?? present,
                now: now)
        }
    }

    /// Moves a session that has not begun to another time or trainer of its studio.
    ///
    /// - Parameters:
    ///   - reference: The session's reference.
    ///   - start: The new start.
    ///   - trainer: The new trainer; `nil` keeps the current one.
    ///   - overrideReason: The reason for waiving the soft rules; `nil` applies every rule.
    ///   - now: The current time, to which notice and horizon refer.
    /// - Returns: The session, and whether it moved.
    /// - Throws: ``Refusal`` with free slots as alternatives, ``NotFound`` or ``PostgresError``.
    public func reschedule(
        _ reference: Reference, to start: Date, with trainer: Trainer?, overrideReason: String?, now: Date
    ) async throws -> MoveResult {
        var request = MoveRequest(reference)
        request.start = start
        request.trainer = trainer
        request.overrideReason = overrideReason
        return try await reschedule(request, now: now)
    }

    /// Cancels a session.
    ///
    /// - Parameters:
    ///   - reference: The session's reference.
    ///   - reason: The reason, if known.
    ///   - now: The current time; a session that has begun cannot be cancelled.
    /// - Returns: The changed session.
    /// - Throws: ``Refusal`` of the rule `not_changeable`, ``NotFound`` or ``PostgresError``.
    public func cancel(_ reference: Reference, reason: String?, now: Date) async throws -> Session {
        try await changing(reference, reason: reason) { session, connection in
            try SessionRules.assertChangeable(session, now: now)
            try await SessionRepository(connection).cancel(session.id, reason: reason)
            let messages = SessionMessages(connection)
            try await messages.supersede(session.id, because: .cancelled)
            try await messages.announce(.cancelled, of: session.id, at: now)
        }
    }

    /// Marks a session as attended or as a no-show.
    ///
    /// - Parameters:
    ///   - reference: The session's reference.
    ///   - outcome: ``Session/Status/attended`` or ``Session/Status/noShow``.
    /// - Returns: The changed session.
    /// - Throws: ``Refusal`` of the rule `not_changeable`, ``NotFound`` or ``PostgresError``.
    public func close(_ reference: Reference, as outcome: Session.Status) async throws -> Session {
        try await changing(reference, reason: nil) { session, connection in
            try SessionRules.assertOpen(session)
            try await SessionRepository(connection).mark(session.id, as: outcome)
            try await SessionMessages(connection).supersede(session.id, because: .sessionClosed)
        }
    }

    /// Marks a session as confirmed by the client.
    ///
    /// - Parameters:
    ///   - reference: The session's reference.
    ///   - now: The time of the confirmation.
    /// - Returns: The changed session.
    /// - Throws: ``Refusal`` of the rule `not_changeable`, ``NotFound`` or ``PostgresError``.
    public func confirm(_ reference: Reference, now: Date) async throws -> Session {
        try await changing(reference, reason: nil) { session, connection in
            try SessionRules.assertChangeable(session, now: now)
            try await Self.confirm(session.id, at: now, on: connection)
        }
    }

    /// Marks a session as confirmed within a transaction that has checked that it is still to come.
    ///
    /// Texts and calendar replies of clients confirm in the transaction that records them.
    package static func confirm(_ id: Session.ID, at now: Date, on connection: Connection) async throws {
        try await SessionRepository(connection).confirm(id, at: now)
    }

    /// Changes one session while its row is locked, and returns the changed session.
    private func changing(
        _ reference: Reference, reason: String?, _ change: @Sendable (Session, Connection) async throws -> Void
    ) async throws -> Session {
        try await ConstraintRefusal.translating {
            try await database.transaction { connection in
                try await BookingLocks(actor: actor, reason: reason).begin(on: connection)
                let sessions = SessionRepository(connection)
                try await change(try await sessions.locked(reference), connection)
                return try await sessions.named(reference)
            }
        }
    }

    private func bookOnce(_ request: BookingRequest, key: String, now: Date) async throws -> BookingResult {
        do {
            return try await database.transaction { connection in
                let result = try await BookingTransaction(
                    connection: connection, actor: actor, noShowLimit: noShowLimit, request: request, key: key, now: now
                ).run()
                if request.isDryRun { throw DryRunResult(result: result) }
                return result
            }
        } catch let dryRun as DryRunResult {
            return BookingResult(
                session: dryRun.result.session, created: false, contacts: dryRun.result.contacts)
        }
    }

    /// Returns the result of a request whose commit was not confirmed; `nil` if it was not committed.
    ///
    /// The lock of the request's key is granted only after the old transaction has ended.
    private func committedResult(_ request: BookingRequest, key: String) async throws -> BookingResult? {
        try await database.transaction { connection in
            var locks = BookingLocks(actor: actor)
            locks.take(request: key)
            try await locks.begin(on: connection)
            guard let session = try await SessionRepository(connection).made(by: key) else { return nil }
            let given = GivenContacts(clients: ClientRepository(connection), request: request)
            let report = try await given.keep(for: session.client, unless: .repetition)
            return BookingResult(session: session, created: true, contacts: report)
        }
    }

    /// Adds free slots to a refusal that another time could avoid.
    ///
    /// If the slots cannot be read, the refusal is returned without them.
    func addingAlternatives(
        _ refusal: Refusal, to start: Date, at studio: Studio, with trainer: Trainer.ID?, now: Date
    ) async -> Refusal {
        guard refusal.isAboutTime else { return refusal }
        let slots = try? await database.withConnection { connection in
            let slots = SlotRepository(connection)
            let own = try await slots.nearest(to: start, at: studio, with: trainer, now: now)
            guard own.isEmpty, trainer != nil else { return own }
            return try await slots.nearest(to: start, at: studio, with: nil, now: now)
        }
        return refusal.withAlternatives(slots ?? [])
    }
}

/// An error that rolls back the transaction of a dry run, and carries its result.
private struct DryRunResult: Error {
    let result: BookingResult
}
