/// How long to wait for a mail server; libcurl counts in whole seconds.
public struct SMTPTimeouts: Hashable, Sendable {
    /// For the connection, its greeting, TLS and the login together.
    public var connect: Duration
    /// For each reply after that.
    ///
    /// RFC 5321 section 4.5.3.2.6 asks for ten minutes after the message: who waits less makes copies.
    public var reply: Duration
    /// A connection idle for longer is not used again: servers close those, some after ten seconds.
    public var idle: Duration

    /// Sets the times to wait.
    public init(
        connect: Duration = .seconds(30), reply: Duration = .seconds(600), idle: Duration = .seconds(5)
    ) {
        self.connect = connect
        self.reply = reply
        self.idle = idle
    }
}
