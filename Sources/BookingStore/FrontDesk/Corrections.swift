public import Booking
import FoundationEssentials
import Postgres

extension FrontDesk {
    /// Marks a session as attended or as a no-show, or corrects the opposite mark.
    ///
    /// - Parameters:
    ///   - reference: The session's reference.
    ///   - outcome: ``Session/Status/attended`` or ``Session/Status/noShow``.
    ///   - reason: The reason for the correction of an earlier mark.
    ///   - overrideReason: The reason for marking the session before its start.
    ///   - request: The request's key, and whether it is a dry run.
    /// - Returns: The changed session.
    /// - Throws: ``Refusal`` of the rules `not_changeable` and `not_started`, or by a constraint that the corrected
    ///   session would violate; `CorrectionRules.ReasonMissing`, ``NotFound``, ``InvalidInput`` or ``PostgresError``.
    public func mark(
        _ reference: Reference, as outcome: Session.Status, reason: String? = nil, overrideReason: String? = nil,
        _ request: ChangeRequest
    ) async throws -> ChangeResult {
        let change = SessionChange(
            action: outcome == .attended ? .attend : .noShow, reference: reference, reason: reason ?? overrideReason,
            locks: Self.correctionLocks)
        return try await perform(change, request) { session, connection in
            try CorrectionRules.assertMarkable(
                session, as: outcome, reason: reason, overrideReason: overrideReason, now: request.now)
            let (sessions, messages) = (SessionRepository(connection), SessionMessages(connection))
            if session.status == .booked {
                await sessions.mark(session.id, as: outcome)
                await messages.supersede(session.id, because: .sessionClosed)
            } else {
                let station = try await stationTakenAgain(by: session, as: outcome, request, on: connection)
                try await messages.withdrawFollowUps(of: session.id, keeping: outcome)
                try await sessions.correct(session.id, to: outcome, station: station, now: request.now)
            }
            try await messages.requeueFollowUps(of: session.id, as: outcome)
            return .changed(await sessions.sendNamed(reference))
        }
    }

    /// Corrects a mark or a cancellation: the session is booked again at its time.
    ///
    /// If the client may have been notified of the cancellation, a notice is queued.
    ///
    /// - Parameters:
    ///   - reference: The session's reference.
    ///   - reason: The reason.
    ///   - request: The request's key, and whether it is a dry run.
    /// - Returns: The changed session.
    /// - Throws: ``Refusal`` of the rule that the session would violate, with free slots as alternatives where another
    ///   time avoids it; ``NotFound``, ``InvalidInput`` or ``PostgresError``.
    public func undo(_ reference: Reference, reason: String, _ request: ChangeRequest) async throws -> ChangeResult {
        let change = SessionChange(
            action: .undo, reference: reference, reason: reason, locks: Self.correctionLocks)
        do {
            return try await perform(change, request) { session, connection in
                try CorrectionRules.assertUndoable(session)
                let station = try await stationTakenAgain(by: session, as: .booked, request, on: connection)
                try await makeBookedAgain(session, at: station, request, on: connection)
                let sessions = SessionRepository(connection)
                return .changed(
                    await sessions.planAndRead(
                        reference, formerly: session.status == .cancelled ? nil : session, now: request.now))
            }
        } catch let refusal as Refusal where refusal.isAboutTime {
            let (session, studio) = try await database.withConnection { connection in
                let session = try await SessionRepository(connection).named(reference)
                return (session, try await StudioRepository(connection).with(session.studio.id))
            }
            let remedy = Refusal.Remedy.bookAgain(session.client.id, studio: studio.handle.text)
            throw await addingAlternatives(
                refusal.withRemedy(remedy), to: session.startsAt, at: studio, with: session.trainer.id,
                now: request.now)
        }
    }

    private func makeBookedAgain(
        _ session: Session, at station: Int16?, _ request: ChangeRequest, on connection: Connection
    ) async throws {
        let (sessions, messages) = (SessionRepository(connection), SessionMessages(connection))
        let isToCome = session.startsAt > request.now
        if session.status == .cancelled {
            let wasNotified = try await messages.withdrawCancellation(of: session.id)
            try await sessions.correct(session.id, to: .booked, station: station, now: request.now)
            guard isToCome else { return }
            if wasNotified {
                try await messages.announce(.rebooked, of: session.id, at: request.now)
            } else {
                try await messages.renewSuperseded(of: session.id)
            }
        } else {
            try await messages.withdrawFollowUps(of: session.id, keeping: .booked)
            try await sessions.correct(session.id, to: .booked, station: station, now: request.now)
            if isToCome { try await messages.requeueReminders(of: session.id) }
        }
    }

    /// Checks that a session may take its time and the client's free session again, and returns a free station.
    ///
    /// - Returns: The station; `nil` if the session keeps its own, or needs none.
    private func stationTakenAgain(
        by session: Session, as status: Session.Status, _ request: ChangeRequest, on connection: Connection
    ) async throws -> Int16? {
        guard status.occupiesTime, !session.status.occupiesTime else { return nil }
        let sessions = SessionRepository(connection)
        let (facts, isWaived) = try await sessions.correctionFacts(of: session.id, now: request.now)
        if !isWaived { try await checkEligibility(of: session, request, on: connection) }
        if let refusal = CorrectionRules.refusal(for: session, facts) { throw refusal }
        return facts.station
    }

    /// Throws if the person has used, or booked, the free session elsewhere.
    ///
    /// The limit of no-shows applies to a reinstated booking, but not to the correction of a mark.
    private func checkEligibility(
        of session: Session, _ request: ChangeRequest, on connection: Connection
    ) async throws {
        let sessions = SessionRepository(connection)
        let contacts = try await sessions.occupation(of: session).contacts
        let prior = try await sessions.priorSessions(of: contacts, now: request.now)
            .filter { $0.reference != session.reference }
        let limit = session.status == .cancelled ? noShowLimit : Int.max
        guard let refusal = Eligibility.refusal(for: prior, of: session.client.id, noShowLimit: limit) else { return }
        throw Refusal(refusal.rule, refusal.reason, remedy: .resolveOtherSession)
    }

    /// The locks of a correction: those of a booking at the session's time; none for a session that is booked.
    private static let correctionLocks: @Sendable (BookingLocks, Session, Connection) async throws -> BookingLocks = {
        locks, session, connection in
        guard session.status != .booked else { return locks }
        var locks = locks
        let (contacts, until) = try await SessionRepository(connection).occupation(of: session)
        locks.read(studios: session.studio.id)
        locks.take(person: contacts)
        locks.take(hoursOf: session.studio.id, during: session.startsAt..<until)
        locks.take(trainers: session.trainer.id)
        return locks
    }
}
