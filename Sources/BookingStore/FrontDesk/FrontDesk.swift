public import Booking
public import FoundationEssentials
public import Postgres

/// The one guard of the books: every booking, move and cancellation goes through here, whoever asks.
public struct FrontDesk: Sendable {
    let database: Database
    let actor: String
    let noShowLimit: Int

    /// Opens the desk.
    ///
    /// - Parameters:
    ///   - database: Where the books are.
    ///   - actor: Who acts, for the event log.
    ///   - noShowLimit: After so many no-shows a person may not book again.
    public init(database: Database, actor: String, noShowLimit: Int) {
        self.database = database
        self.actor = actor
        self.noShowLimit = noShowLimit
    }

    /// Books a free introductory session.
    ///
    /// The answer is never guessed: where the connection broke before the commit was confirmed, the request's key tells
    /// whether it was kept, and if not the request is made again.
    ///
    /// - Parameters:
    ///   - request: What is asked for.
    ///   - now: The clock against which notice and horizon count.
    /// - Returns: The session, and whether this request made it.
    /// - Throws: ``Refusal`` with free slots to offer, ``NotFound``, ``InvalidInput`` or ``PostgresError``.
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
                // One in a million millions: another reference is drawn.
            } catch let refusal as Refusal {
                throw await addingAlternatives(
                    refusal, to: request.start, at: request.studio, with: request.trainer?.id, now: now)
            }
            attempt += 1
        }
    }

    /// Moves a session that is still to come.
    ///
    /// - Parameters:
    ///   - reference: Which.
    ///   - start: The new first instant.
    ///   - trainer: The new trainer; `nil` keeps the present one.
    ///   - overrideReason: Why soft rules are to be passed over; `nil` keeps every rule.
    ///   - now: The clock against which notice and horizon count.
    /// - Returns: The session at its new time, and whether it moved.
    /// - Throws: ``Refusal`` with free slots to offer, ``NotFound`` or ``PostgresError``.
    public func reschedule(
        _ reference: Reference, to start: Date, with trainer: Trainer?, overrideReason: String?, now: Date
    ) async throws -> MoveResult {
        let (studio, present) = try await database.withConnection { connection in
            let session = try await SessionRepository(connection).named(reference)
            return (try await StudioRepository(connection).with(session.studio.id), session.trainer.id)
        }
        do {
            return try await ConstraintRefusal.translating {
                try await database.transaction { connection in
                    try await MoveTransaction(
                        connection: connection, actor: actor, reference: reference, studio: studio, start: start,
                        trainer: trainer, overrideReason: overrideReason, now: now
                    ).run()
                }
            }
        } catch let refusal as Refusal {
            throw await addingAlternatives(refusal, to: start, at: studio, with: trainer?.id ?? present, now: now)
        }
    }

    /// Calls a session off.
    ///
    /// - Parameters:
    ///   - reference: Which.
    ///   - reason: Why, where somebody said so.
    ///   - now: The clock against which "begun" counts.
    /// - Returns: The session as it is now.
    /// - Throws: ``Refusal`` of the rule `not_changeable`, ``NotFound`` or ``PostgresError``.
    public func cancel(_ reference: Reference, reason: String?, now: Date) async throws -> Session {
        try await changing(reference, reason: reason) { session, connection in
            try SessionRules.assertChangeable(session, now: now)
            try await connection.query(
                """
                UPDATE session
                SET status = 'cancelled', revision = revision + 1, cancel_reason = \(reason)
                WHERE id = \(session.id.value)
                """)
            let messages = SessionMessages(connection)
            try await messages.supersede(session.id, because: .cancelled)
            try await messages.announce(.cancelled, of: session.id, at: now)
        }
    }

    /// Writes down whether the client came.
    ///
    /// - Parameters:
    ///   - reference: Which session.
    ///   - outcome: ``Session/Status/attended`` or ``Session/Status/noShow``.
    /// - Returns: The session as it is now.
    /// - Throws: ``Refusal`` of the rule `not_changeable`, ``NotFound`` or ``PostgresError``.
    public func close(_ reference: Reference, as outcome: Session.Status) async throws -> Session {
        try await changing(reference, reason: nil) { session, connection in
            try SessionRules.assertOpen(session)
            try await connection.query(
                "UPDATE session SET status = \(outcome.rawValue) WHERE id = \(session.id.value)")
            try await SessionMessages(connection).supersede(session.id, because: .sessionClosed)
        }
    }

    /// Writes down that the client will come.
    ///
    /// - Parameters:
    ///   - reference: Which session.
    ///   - now: When they said so.
    /// - Returns: The session as it is now.
    /// - Throws: ``Refusal`` of the rule `not_changeable`, ``NotFound`` or ``PostgresError``.
    public func confirm(_ reference: Reference, now: Date) async throws -> Session {
        try await changing(reference, reason: nil) { session, connection in
            try SessionRules.assertChangeable(session, now: now)
            try await SessionRepository(connection).confirm(session.id, at: now)
        }
    }

    /// Changes one session under its row's lock, and reads it again.
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

    /// What became of a request whose commit was not confirmed.
    ///
    /// Its lock is free only when the old transaction is over.
    private func committedResult(_ request: BookingRequest, key: String) async throws -> BookingResult? {
        try await database.transaction { connection in
            var work = BookingLocks(actor: actor)
            work.take(request: key)
            try await work.begin(on: connection)
            guard let session = try await SessionRepository(connection).made(by: key) else { return nil }
            let given = GivenContacts(clients: ClientRepository(connection), request: request)
            let report = try await given.keep(for: session.client, unless: .repetition)
            return BookingResult(session: session, created: true, contacts: report)
        }
    }

    /// Adds free slots to a refusal that another time would mend.
    ///
    /// Offering them must not hide the refusal.
    private func addingAlternatives(
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

/// Ends a rehearsed booking's transaction without keeping it.
private struct DryRunResult: Error {
    let result: BookingResult
}
