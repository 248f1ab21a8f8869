public import Booking
public import FoundationEssentials
public import Postgres

/// The operations on sessions: booking, moving, cancelling, confirming, marking and correcting.
public struct FrontDesk: Sendable {
    let database: Database
    let actor: String
    let noShowLimit: Int
    let privacyKey: PrivacyKeySource
    /// The hashes of the request's contacts, if the database compares them with those of erased clients.
    var contactHashes: ContactHashes?

    /// Creates a front desk.
    ///
    /// - Parameters:
    ///   - database: The database.
    ///   - actor: The actor, for the event log.
    ///   - noShowLimit: The number of no-shows from which a person cannot book again.
    ///   - privacyKey: The key of the hashes of erased clients.
    public init(
        database: Database, actor: String, noShowLimit: Int, privacyKey: @escaping PrivacyKeySource = { nil }
    ) {
        self.database = database
        self.actor = actor
        self.noShowLimit = noShowLimit
        self.privacyKey = privacyKey
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
                let result = try await ConstraintRefusal.translating {
                    try await bookOnce(request, key: key, now: now)
                }
                if result.created || request.isDryRun { return result }
                // The commit of the earlier request may not have been confirmed.
                if try await committedResult(request, key: key, now: now) != nil { return result }
            } catch let error as PostgresError where error.kind == .outcomeUnknown && attempt < 5 {
                if let result = try await committedResult(request, key: key, now: now) { return result }
            } catch let error as PostgresError where error.constraint == "session_reference_key" && attempt < 5 {
                // The random reference is in use, which is very unlikely; the next attempt has another one.
            } catch let error as PostgresError where ContactHashes.areMissing(error, after: contactHashes) {
                return try await comparing(request).book(request, now: now)
            } catch let refusal as Refusal where refusal.rule == .clientForgotten && attempt < 5 {
                // The client was erased after the identification: the next attempt does not find them.
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
    ///   - move: The new time, trainer or studio.
    ///   - request: The current time, to which notice and horizon refer; the request's key, and whether it is a dry run.
    /// - Returns: The session, and whether it moved.
    /// - Throws: ``Refusal`` with free slots as alternatives, ``NotFound``, ``InvalidInput`` or ``PostgresError``.
    public func reschedule(_ move: MoveRequest, _ request: ChangeRequest) async throws -> ChangeResult {
        let (session, studio) = try await database.withConnection { connection in
            let session = await SessionRepository(connection).sendNamed(move.reference)
            if let studio = move.studio { return (try await session.value(), studio) }
            let studio = await StudioRepository(connection).studio(of: move.reference)
            return (try await session.value(), try await studio.value())
        }
        let transaction = MoveTransaction(request: move, studio: studio, now: request.now)
        do {
            return try await perform(transaction.change(of: session), request) { session, connection in
                try await transaction.run(session, on: connection)
            }
        } catch is SessionChangedStudio {
            return try await reschedule(move, request)
        } catch let refusal as Refusal {
            let present = session.studio.id == studio.id ? session.trainer.id : nil
            throw await addingAlternatives(
                refusal.ofMove(move.reference), to: move.start ?? session.startsAt, at: studio,
                with: move.trainer?.id ?? present, now: request.now, moving: session)
        }
    }

    /// Cancels a session.
    ///
    /// - Parameters:
    ///   - reference: The session's reference.
    ///   - party: The party that cancels; the client cannot cancel a session that has begun.
    ///   - reason: The reason, if known.
    ///   - request: The request's key, and whether it is a dry run.
    /// - Returns: The changed session.
    /// - Throws: ``Refusal`` of the rule `not_changeable`, ``NotFound``, ``InvalidInput`` or ``PostgresError``.
    public func cancel(
        _ reference: Reference, by party: Session.CancelledBy = .client, reason: String?, _ request: ChangeRequest
    ) async throws -> ChangeResult {
        let change = SessionChange(action: .cancel, reference: reference, reason: reason)
        return try await perform(change, request) { session, connection in
            try SessionRules.assertCancellable(session, by: party, now: request.now)
            let (sessions, messages) = (SessionRepository(connection), SessionMessages(connection))
            await sessions.cancel(session.id, by: party, reason: reason)
            await messages.supersede(session.id, because: .cancelled)
            try await messages.announce(.cancelled, of: session.id, at: request.now)
            await messages.notifyTrainers(of: session.id, formerly: session, at: request.now)
            return .changed(await sessions.sendNamed(reference))
        }
    }

    /// Marks a session as confirmed by the client.
    ///
    /// - Parameters:
    ///   - reference: The session's reference.
    ///   - request: The time of the confirmation, the request's key, and whether it is a dry run.
    /// - Returns: The changed session.
    /// - Throws: ``Refusal`` of the rule `not_changeable`, ``NotFound``, ``InvalidInput`` or ``PostgresError``.
    public func confirm(_ reference: Reference, _ request: ChangeRequest) async throws -> ChangeResult {
        try await perform(SessionChange(action: .confirm, reference: reference), request) { session, connection in
            try SessionRules.assertChangeable(session, now: request.now)
            guard session.confirmedAt == nil else { return .unchanged(session) }
            await Self.confirm(session.id, at: request.now, on: connection)
            return .changed(await SessionRepository(connection).sendNamed(reference))
        }
    }

    /// Marks a session as confirmed within a transaction that has checked that it is still to come.
    ///
    /// Texts and calendar replies of clients confirm in the transaction that records them.
    package static func confirm(_ id: Session.ID, at now: Date, on connection: Connection) async {
        await SessionRepository(connection).confirm(id, at: now)
    }

    /// Withdraws the confirmation of a session, if it has one, within a transaction that has checked that the session is
    /// still to come.
    ///
    /// A client who declines the invitation withdraws it in the transaction that records the reply.
    package static func withdrawConfirmation(of id: Session.ID, on connection: Connection) async {
        await SessionRepository(connection).withdrawConfirmation(of: id)
    }

    private func bookOnce(_ request: BookingRequest, key: String, now: Date) async throws -> BookingResult {
        let result = try await pipelinedTransaction(isDryRun: request.isDryRun) { connection in
            try await BookingTransaction(
                connection: connection, actor: actor, noShowLimit: noShowLimit, request: request, key: key, now: now
            ).run()
        }
        guard request.isDryRun else { return result }
        return BookingResult(
            session: result.session, created: false, contacts: result.contacts, messages: result.messages)
    }

    /// Returns the result of a request whose commit was not confirmed; `nil` if it was not committed.
    ///
    /// The lock of the request's key is granted only after the old transaction has ended. This one waits until the old one
    /// is on the synchronous standby.
    private func committedResult(_ request: BookingRequest, key: String, now: Date) async throws -> BookingResult? {
        try await database.transaction { connection in
            var locks = BookingLocks(actor: actor)
            locks.take(request: key)
            await locks.begin(on: connection)
            guard let session = try await SessionRepository(connection).made(by: key).value() else { return nil }
            let given = GivenContacts(clients: ClientRepository(connection), request: request)
            let report = try await given.keep(for: session.client, unless: .repetition)
            var result = BookingResult(session: session, created: true, contacts: report)
            if request.reportsMessages {
                let messages = await SessionMessages(connection).expected(of: session.reference, at: now)
                result.messages = try await messages.value()
            }
            try await connection.awaitReplicationAtCommit()
            return result
        }
    }

    /// Adds free slots to a refusal that another time could avoid.
    ///
    /// If the slots cannot be read, the refusal is returned without them.
    func addingAlternatives(
        _ refusal: Refusal, to start: Date, at studio: Studio, with trainer: Trainer.ID?, now: Date,
        moving: Session? = nil
    ) async -> Refusal {
        guard refusal.isAboutTime else { return refusal }
        let slots = try? await database.withConnection { connection in
            let slots = SlotRepository(connection)
            let own = try await slots.nearest(to: start, at: studio, with: trainer, now: now, moving: moving)
            guard own.isEmpty, trainer != nil else { return own }
            return try await slots.nearest(to: start, at: studio, with: nil, now: now, moving: moving)
        }
        return refusal.withAlternatives(slots ?? [])
    }
}
