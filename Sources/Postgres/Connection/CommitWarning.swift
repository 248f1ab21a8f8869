import CLibpq

/// Whether the server has warned that a transaction is committed, but not on the synchronous standby.
///
/// Where a cancel request interrupts a commit while it waits for the standby, PostgreSQL reports success with a warning.
/// Such a transaction is lost if the standby is promoted. The time limit of statements does not include the commit: the
/// client stops waiting ten seconds after it, and a probe shows that the server still waits for the standby
/// (``ServerProbe/Finding/awaitingStandby``).
///
/// libpq calls the receiver on the thread that uses the connection.
final class CommitWarning {
    private var isRaised = false

    /// Receives the warnings of a connection, which libpq otherwise prints to stderr.
    ///
    /// The connection must not outlive this object.
    func receive(from connection: OpaquePointer) {
        PQsetNoticeReceiver(
            connection,
            { context, notice in
                guard let context, let notice, CommitWarning.isAboutReplication(notice) else { return }
                Unmanaged<CommitWarning>.fromOpaque(context).takeUnretainedValue().isRaised = true
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Returns whether the warning was received since the last call.
    func take() -> Bool {
        defer { isRaised = false }
        return isRaised
    }

    /// The error that replaces the server's report of success.
    static func error(_ callSite: PostgresError.CallSite) -> PostgresError {
        PostgresError(
            kind: .outcomeUnknown, message: "the synchronous standby has not confirmed the transaction",
            callSite: callSite)
    }

    /// The function of the server that reports is the only part of the warning that is neither general nor translated.
    private static func isAboutReplication(_ notice: OpaquePointer) -> Bool {
        PQresultErrorField(notice, intro_pg_diag_function).map { String(cString: $0) } == "SyncRepWaitForLSN"
    }
}

extension Connection {
    /// Makes the commit of this transaction, even if it changes nothing, wait until all earlier transactions are on the
    /// synchronous standby.
    ///
    /// A transaction that has read the result of another one must not report it as permanent before that. The message in
    /// the server's log is ignored by standbys; it is what the commit waits for.
    ///
    /// - Parameters:
    ///   - fileID: The caller's file, for errors.
    ///   - line: The caller's line, for errors.
    /// - Throws: ``PostgresError``, or `CancellationError`.
    public func awaitReplicationAtCommit(fileID: String = #fileID, line: Int = #line) async throws {
        try await query("SELECT pg_logical_emit_message(true, 'intro', '')", fileID: fileID, line: line)
    }
}
