import CLibpq

/// What went wrong between us and PostgreSQL.
///
/// Its `description` never holds a bind or PostgreSQL's DETAIL: both hold people's data.
public struct PostgresError: Error, Sendable, CustomStringConvertible {
    /// What kind of thing went wrong.
    public enum Kind: String, Sendable {
        /// No connection could be made.
        case unreachable
        /// The connection broke. Whatever transaction was open is rolled back by the server.
        case connectionLost
        /// The connection broke after COMMIT was sent: nobody here knows whether it was kept.
        case outcomeUnknown
        /// PostgreSQL refused a statement.
        case server
        /// The transaction had failed before it was to be committed.
        case rolledBack
        /// A value cannot be sent.
        case encoding
        /// A result is not what the caller asked for.
        case decoding
        /// Too many callers wait for a connection.
        case poolExhausted
        /// No connection became free in time.
        case acquireTimedOut
        /// The pool has been closed.
        case closed
    }

    /// The statement that failed, by its place in our code.
    public struct CallSite: Sendable, Equatable, CustomStringConvertible {
        /// Module and file.
        public let fileID: String
        /// Line.
        public let line: Int
        /// Such as `BookingStore/SessionRepository.swift:20`.
        public var description: String { "\(fileID):\(line)" }
    }

    /// What kind of thing went wrong.
    public let kind: Kind
    /// The five characters of the SQL standard.
    public var sqlState: String?
    /// The constraint that refused.
    public var constraint: String?
    /// The table concerned.
    public var table: String?
    /// The column concerned.
    public var column: String?
    /// The server's primary message, or our own.
    ///
    /// A server's message may quote what was sent, so it is no part of `description`.
    public var message: String
    /// The statement that failed.
    public var callSite: CallSite?

    init(kind: Kind, message: String, callSite: CallSite? = nil) {
        self.kind = kind
        self.message = message
        self.callSite = callSite
    }

    /// Reads the fields of a failed result.
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

    /// Kind, SQLSTATE, constraint, table, column and call site.
    public var description: String {
        var parts = ["PostgreSQL: \(kind.rawValue)"]
        if let sqlState { parts.append("SQLSTATE \(sqlState)") }
        if let constraint { parts.append("constraint \(constraint)") }
        if let table { parts.append("table \(table)") }
        if let column { parts.append("column \(column)") }
        // These are our own words.
        if [.decoding, .encoding, .poolExhausted, .acquireTimedOut, .closed, .rolledBack].contains(kind) {
            parts.append(message)
        }
        if let callSite { parts.append("at \(callSite)") }
        return parts.joined(separator: ", ")
    }

    /// Whether the same transaction, run anew, may succeed: it met another one, or a plan or a connection went stale.
    var isWorthAnotherTry: Bool {
        kind == .connectionLost || ["40001", "40P01", "26000"].contains(sqlState) || isStalePlan
    }

    /// A prepared statement whose result has changed its shape.
    ///
    /// PostgreSQL has no SQLSTATE of its own for it.
    var isStalePlan: Bool {
        sqlState == "0A000" && message.contains("cached plan must not change result type")
    }
}
