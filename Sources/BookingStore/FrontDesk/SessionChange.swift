public import Booking
public import FoundationEssentials
import Postgres

/// A change of an existing session; raw values are the codes in the database.
public enum SessionAction: String, Sendable, CaseIterable {
    /// The client's confirmation.
    case confirm
    /// The mark as attended.
    case attend
    /// The mark as a no-show.
    case noShow = "no_show"
    /// The cancellation.
    case cancel
    /// A move to another time, trainer or studio.
    case reschedule
    /// The correction of a mark or of the cancellation.
    case undo
}

/// How a change of a session is requested.
public struct ChangeRequest: Sendable {
    /// The current time.
    public let now: Date
    /// The request's key; a repeated request with the same key returns the first result.
    public var requestID: String?
    /// Whether the change is only checked, without storing anything.
    public var isDryRun: Bool
    /// Whether the result includes the expected messages.
    public var reportsMessages = false

    /// Creates a request.
    public init(now: Date, requestID: String? = nil, isDryRun: Bool = false) {
        self.now = now
        self.requestID = requestID
        self.isDryRun = isDryRun
    }
}

/// The result of a change of a session.
public struct ChangeResult: Sendable {
    /// The session; for a repeated request, in its present state.
    public let session: Session
    /// Whether the request changed the session; `false` if it already was as requested.
    public let changed: Bool
    /// Whether an earlier request with the same key made the change.
    public internal(set) var isRepeated = false
    /// The messages about the session; `nil` unless they were requested.
    public internal(set) var messages: ExpectedMessages?

    /// Creates the result of a change that was made now.
    init(session: Session, changed: Bool) {
        self.session = session
        self.changed = changed
    }
}

/// A change of one session, with the locks that it needs.
struct SessionChange: Sendable {
    let action: SessionAction
    let reference: Reference
    /// The session, if it was read before; its locks are those of this state.
    var known: Session?
    /// The reason for the event log.
    var reason: String?
    /// Adds the locks that the change needs, by the session's state; `nil` if the lock of its row is sufficient.
    var locks: (@Sendable (BookingLocks, Session, Connection) async throws -> BookingLocks)?
}

/// The change of a session, as it was made in the transaction.
enum AppliedChange: Sendable {
    /// The session already was as requested.
    case unchanged(Session)
    /// The session is changed; its new state is read together with the next statement.
    case changed(Pending<Session>)
}

extension FrontDesk {
    /// Makes a change of one session in a transaction: every change of an existing session is made here.
    ///
    /// If the request has a key and the connection is lost before the commit is confirmed, the change is looked up by
    /// the key, and repeated only if it was not committed.
    ///
    /// - Parameters:
    ///   - change: The change.
    ///   - request: The request's key, and whether the transaction is rolled back.
    ///   - apply: Checks and makes the change of the session, whose row is locked.
    /// - Returns: The result, or the result of an earlier request with the same key.
    /// - Throws: The error of `apply`, ``NotFound``, ``InvalidInput`` for the key of another change, or
    ///   ``PostgresError``.
    func perform(
        _ change: SessionChange, _ request: ChangeRequest,
        _ apply: @Sendable (Session, Connection) async throws -> AppliedChange
    ) async throws -> ChangeResult {
        var attempt = 1
        while true {
            do {
                var result = try await ConstraintRefusal.translating {
                    try await pipelinedTransaction(isDryRun: request.isDryRun) { connection in
                        try await performOnce(change, request, apply, on: connection)
                    }
                }
                // The lost attempt was this request.
                if attempt > 1 { result.isRepeated = false }
                return result
            } catch let error as PostgresError
                where error.kind == .outcomeUnknown && request.requestID != nil && attempt < 5
            {
                attempt += 1
            } catch let error as PostgresError where ContactHashes.areMissing(error, after: contactHashes) {
                return try await comparing(change.reference).perform(change, request, apply)
            }
        }
    }

    /// Makes a change within a transaction, whose last statements are sent together with its end.
    func performOnce(
        _ change: SessionChange, _ request: ChangeRequest,
        _ apply: @Sendable (Session, Connection) async throws -> AppliedChange, on connection: Connection
    ) async throws -> Pending<ChangeResult> {
        let sessions = SessionRepository(connection)
        var locks = BookingLocks(actor: actor, reason: change.reason)
        if let key = request.requestID { locks.take(request: key) }
        let before =
            if change.locks == nil { Session?.none } else {
                if let known = change.known { known } else { try await sessions.named(change.reference) }
            }
        if let add = change.locks, let before { locks = try await add(locks, before, connection) }
        await locks.begin(on: connection)
        let locked = await sessions.locked(change.reference)
        let earlier = await earlierChange(change, request, on: connection)
        let session = try await locked.value()
        if let earlier, let result = try earlierResult(change, session, try await earlier.value()) {
            // The commit of the earlier request may not have been confirmed.
            try await connection.awaitReplicationAtCommit()
            return await addingMessages(result, request, on: connection)
        }
        if let add = change.locks, let before, !before.isAtSamePlace(as: session) {
            // Another transaction moved the session while this one waited, so its present time is not locked yet.
            let current = try await add(BookingLocks(actor: actor, reason: change.reason), session, connection)
            await current.lock(on: connection)
        }
        return await result(of: try await apply(session, connection), change, request, session, on: connection)
    }

    /// Records the request's key, and reads the result of a change, together with the end of the transaction.
    private func result(
        of applied: AppliedChange, _ change: SessionChange, _ request: ChangeRequest, _ session: Session,
        on connection: Connection
    ) async -> Pending<ChangeResult> {
        let isChanged = if case .changed = applied { true } else { false }
        if let key = request.requestID {
            await ChangeRequestRepository(connection).insert(
                change.action, by: key, of: session.id, changed: isChanged)
        }
        let messages =
            request.reportsMessages
            ? await SessionMessages(connection).expected(of: change.reference, at: request.now) : nil
        return Pending {
            var result: ChangeResult
            switch applied {
            case .unchanged(let session): result = ChangeResult(session: session, changed: false)
            case .changed(let session): result = ChangeResult(session: try await session.value(), changed: true)
            }
            result.messages = try await messages?.value()
            return result
        }
    }

    private func addingMessages(
        _ result: ChangeResult, _ request: ChangeRequest, on connection: Connection
    ) async -> Pending<ChangeResult> {
        guard request.reportsMessages else { return Pending(known: result) }
        return await SessionMessages(connection).expected(of: result.session.reference, at: request.now).map {
            var result = result
            result.messages = $0
            return result
        }
    }

    /// Reads the change that an earlier request with the same key made, together with the next statement.
    private func earlierChange(
        _ change: SessionChange, _ request: ChangeRequest, on connection: Connection
    ) async -> Pending<(action: SessionAction, changed: Bool)?>? {
        guard let key = request.requestID else { return nil }
        return await ChangeRequestRepository(connection).change(by: key, of: change.reference)
    }

    private func earlierResult(
        _ change: SessionChange, _ session: Session, _ earlier: (action: SessionAction, changed: Bool)?
    ) throws -> ChangeResult? {
        guard let earlier else { return nil }
        guard earlier.action == change.action else {
            throw InvalidInput(
                field: "the request's key", problem: "was used for another change of \(session.reference)",
                hint: "use another key for another change")
        }
        var result = ChangeResult(session: session, changed: earlier.changed)
        result.isRepeated = true
        return result
    }

    /// Runs a transaction; a dry run is rolled back at its end.
    func transaction<Result: Sendable>(
        isDryRun: Bool, _ body: @Sendable (Connection) async throws -> Result
    ) async throws -> Result {
        try await pipelinedTransaction(isDryRun: isDryRun) { Pending(known: try await body($0)) }
    }

    /// Runs a transaction whose last statements are sent together with its end; a dry run is rolled back.
    func pipelinedTransaction<Result: Sendable>(
        isDryRun: Bool, _ body: @Sendable (Connection) async throws -> Pending<Result>
    ) async throws -> Result {
        do {
            return try await database.pipelinedTransaction { connection in
                try await contactHashes?.set(on: connection)
                let result = try await body(connection)
                if isDryRun { throw DryRun(result: try await result.value()) }
                return result
            }
        } catch let dryRun as DryRun<Result> {
            return dryRun.result
        }
    }
}

extension Session {
    /// Returns whether another state of the session has the same time, trainer and studio.
    func isAtSamePlace(as other: Session) -> Bool {
        startsAt == other.startsAt && trainer.id == other.trainer.id && studio.id == other.studio.id
    }
}

/// An error that rolls back the transaction of a dry run, and carries its result.
struct DryRun<Result: Sendable>: Error {
    let result: Result
}
