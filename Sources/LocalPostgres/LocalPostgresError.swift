/// The reason why the private PostgreSQL server cannot be created, started, reached or stopped.
public struct LocalPostgresError: Error, Equatable, Sendable {
    /// The kind of cause.
    public enum Kind: Sendable {
        /// A folder, an account or an installation is not as the server needs it.
        case misconfigured
        /// PostgreSQL's programs report an error.
        case unavailable
        /// The server did not start or stop in time.
        case timedOut
    }

    /// The kind of cause.
    public let kind: Kind
    /// The problem.
    public let message: String
    /// The cause, if the message does not include it.
    public var reason: String?
    /// The remedy.
    public let hint: String
}

extension LocalPostgresError {
    static func misconfigured(
        _ message: String, because reason: String? = nil, hint: String
    ) -> LocalPostgresError {
        LocalPostgresError(kind: .misconfigured, message: message, reason: reason, hint: hint)
    }

    static func localDatabase(
        _ message: String, because reason: String? = nil, hint: String
    ) -> LocalPostgresError {
        LocalPostgresError(kind: .unavailable, message: message, reason: reason, hint: hint)
    }
}
