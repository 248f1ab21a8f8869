import CLibpq

/// An error of PostgreSQL or of the connection to it.
///
/// `description` never contains a bind or PostgreSQL's DETAIL, since both contain personal data.
public struct PostgresError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of error.
    public enum Kind: String, Sendable {
        /// The conninfo cannot be parsed.
        case misconfigured
        /// No connection could be made.
        case unreachable
        /// The connection was lost. The server rolls back an open transaction.
        case connectionLost
        /// The connection was lost after COMMIT was sent, or the synchronous standby did not confirm it in time, so it is
        /// unknown whether the transaction was committed, or will still be after a failover.
        case outcomeUnknown
        /// PostgreSQL reported an error for a statement.
        case server
        /// A transaction was to be committed that had already failed.
        case rolledBack
        /// A value cannot be encoded.
        case encoding
        /// A result does not match the expected types.
        case decoding
        /// Too many callers are waiting for a connection.
        case poolExhausted
        /// No connection became free in time.
        case acquireTimedOut
        /// The pool has been closed.
        case closed
    }

    /// The location in the source of the statement that failed.
    public struct CallSite: Sendable, Equatable, CustomStringConvertible {
        /// The module and file.
        public let fileID: String
        /// The line.
        public let line: Int
        /// The file and the line, such as `BookingStore/SessionRepository.swift:20`.
        public var description: String { "\(fileID):\(line)" }
    }

    /// The kind of error.
    public let kind: Kind
    /// The SQLSTATE, five characters.
    public var sqlState: String?
    /// The name of the violated constraint.
    public var constraint: String?
    /// The name of the table.
    public var table: String?
    /// The name of the column.
    public var column: String?
    /// The primary message of the server, or the message of this module.
    ///
    /// A server's message may quote data, so it is not part of `description`.
    public var message: String
    /// The statement that failed.
    public var callSite: CallSite?
    /// Whether the connection was abandoned because the server no longer answers.
    public internal(set) var isUnresponsive = false

    init(kind: Kind, message: String, callSite: CallSite? = nil) {
        self.kind = kind
        self.message = message
        self.callSite = callSite
    }

    /// Creates an error from the fields of a failed result.
    init(_ result: ResultMemory, connectionLost: Bool, callSite: CallSite?) {
        func field(_ code: Int32) -> String? {
            PQresultErrorField(result.pointer, code).map { String(cString: $0) }
        }
        self.init(
            kind: connectionLost ? .connectionLost : .server,
            message: field(intro_pg_diag_message) ?? String(cString: PQresultErrorMessage(result.pointer)),
            callSite: callSite)
        sqlState = field(intro_pg_diag_sqlstate)
        constraint = field(intro_pg_diag_constraint)
        table = field(intro_pg_diag_table)
        column = field(intro_pg_diag_column)
    }

    /// The kind, SQLSTATE, constraint, table, column and call site.
    public var description: String {
        var parts = ["PostgreSQL: \(kind.rawValue)"]
        if let sqlState {
            let meaning = Self.meanings[sqlState] ?? Self.classes[String(sqlState.prefix(2))]
            parts.append("SQLSTATE \(sqlState)" + (meaning.map { " (\($0))" } ?? ""))
        }
        if let constraint { parts.append("constraint \(constraint)") }
        if let table { parts.append("table \(table)") }
        if let column { parts.append("column \(column)") }
        // These messages come from this module.
        let ownKinds: [Kind] = [
            .misconfigured, .decoding, .encoding, .poolExhausted, .acquireTimedOut, .closed, .rolledBack,
        ]
        if isUnresponsive || ownKinds.contains(kind) {
            parts.append(message)
        }
        if let callSite { parts.append("at \(callSite)") }
        return parts.joined(separator: ", ")
    }

    /// The meaning of the SQLSTATEs that are likely in an operator's log.
    private static let meanings = [
        "08P01": "protocol violation", "25006": "read-only transaction", "26000": "prepared statement not found",
        "28000": "login not permitted", "28P01": "wrong password", "3D000": "database not found",
        "40001": "serialization failure", "40P01": "deadlock", "42501": "insufficient privilege",
        "42883": "function not found", "42P01": "table not found", "42P05": "prepared statement exists already",
        "53100": "disk full", "53200": "out of memory", "53300": "too many connections",
        "55000": "object not in the required state", "55P03": "lock not available", "57014": "statement cancelled",
        "57P01": "terminated by an administrator", "57P02": "server crashed", "57P03": "server not ready",
        "58030": "input or output error", "58P01": "file not found", "XX001": "data corrupted",
        "XX002": "index corrupted",
    ]

    /// The meaning of the classes of the other SQLSTATEs (PostgreSQL, appendix A).
    private static let classes = [
        "00": "success", "01": "warning", "02": "no data", "03": "statement not yet complete",
        "08": "connection problem", "09": "triggered action failed", "0A": "not supported",
        "0B": "invalid transaction initiation", "0F": "invalid locator", "0L": "invalid grantor",
        "0P": "invalid role specification", "0Z": "diagnostics problem", "10": "XQuery problem", "20": "case not found",
        "21": "wrong number of rows", "22": "invalid value", "23": "constraint violated", "24": "invalid cursor state",
        "25": "invalid transaction state", "26": "invalid statement name", "27": "triggered data change violation",
        "28": "login not permitted", "2B": "privileges depend on this", "2D": "invalid transaction termination",
        "2F": "problem in an SQL routine", "34": "invalid cursor name", "38": "problem in an external routine",
        "39": "external routine misused", "3B": "savepoint problem", "3D": "database not found",
        "3F": "schema not found", "40": "transaction rolled back", "42": "statement or privilege not valid",
        "44": "check option violated", "53": "insufficient resources", "54": "limit of the server exceeded",
        "55": "object not in the required state", "57": "stopped by an operator",
        "58": "problem of the operating system",
        "72": "snapshot too old", "F0": "problem in the server's configuration",
        "HV": "problem of a foreign data wrapper",
        "P0": "raised by a function", "XX": "internal error of the server",
    ]

    /// Whether the database is unusable: a connection was lost, or none can be opened.
    package var isOutage: Bool {
        switch kind {
        case .unreachable, .connectionLost, .outcomeUnknown: true
        // A server that stops or starts reports it before it closes the connection.
        case .server: Self.stopping.contains(sqlState)
        default: false
        }
    }

    /// Whether the server answers but accepts no connection.
    package var isRefusedConnection: Bool {
        kind == .unreachable && sqlState != nil && !Self.stopping.contains(sqlState)
    }

    private static let stopping: Set<String?> = ["57P01", "57P02", "57P03"]

    /// Whether the same transaction may succeed if repeated: after a conflict, a stale plan or a lost connection.
    var isRetryable: Bool {
        kind == .connectionLost || ["40001", "40P01", "26000"].contains(sqlState) || isStalePlan
    }

    /// Whether the result type of a prepared statement has changed.
    ///
    /// PostgreSQL has no specific SQLSTATE for this.
    var isStalePlan: Bool {
        sqlState == "0A000" && message.contains("cached plan must not change result type")
    }
}
