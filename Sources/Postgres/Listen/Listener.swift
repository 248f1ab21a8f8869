public import Logging

/// Listens to channels of a database (`LISTEN`, `NOTIFY`), on a connection and a thread of its own.
///
/// What it tells are hints: a notification is lost while the connection is, and nobody repeats it. Whoever acts on one
/// looks into the tables for what there is to do, does so at every `connected` too, and from time to time in any case.
///
/// PgBouncer in transaction mode forwards no notifications; there, do without a listener.
public struct Listener: Sendable {
    let configuration: Database.Configuration
    let channels: [String]
    let ping: Duration
    let patience: Duration
    let logger: Logger
    /// Called with each failure to connect or to listen, and with `nil` when it listens again; the listener then logs
    /// neither.
    ///
    /// A lost connection is opened again at once; only a failed attempt counts as a failure.
    package var onChange: (@Sendable (PostgresError?) -> Void)?

    /// Describes a listener; nothing is opened before ``run(_:)``.
    ///
    /// - Parameters:
    ///   - configuration: How to connect.
    ///   - channels: What to listen to: names as they are, without quotes, in whatever case and of whatever characters.
    ///   - ping: After how long without a word the server is asked whether it is still there.
    ///   - patience: How long the server may take to answer. A connection that was cut silently is found after both.
    ///   - logger: Told of each outage once.
    public init(
        _ configuration: Database.Configuration, channels: [String], ping: Duration = .seconds(15),
        patience: Duration = .seconds(5), logger: Logger
    ) {
        self.configuration = configuration
        self.channels = channels
        self.ping = ping
        self.patience = patience
        self.logger = logger
    }

    /// Listens until the task is cancelled, and connects anew whenever the connection is lost.
    ///
    /// When it returns, nothing more is heard, and the connection is closed. Only an attempt to connect, which libpq
    /// cannot break off, may end later by itself, unheard.
    ///
    /// - Parameter heard: What to do at each event. It is called on the listener's own thread, so that nothing stands
    ///   between the server's word and it; meanwhile nothing else is heard, so it must not wait for anybody.
    /// - Throws: `CancellationError` when cancelled; ``PostgresError`` at the start only, where the process may open no
    ///   more files. That the database cannot be reached is no error: it is tried again.
    public func run(_ heard: @escaping @Sendable (ListenerEvent) -> Void) async throws {
        await Listening(self, bell: try WakeSignal(), heard).run()
        throw CancellationError()
    }
}
