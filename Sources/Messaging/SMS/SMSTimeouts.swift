/// How long to wait for an SMS service; libcurl counts in whole seconds.
public struct SMSTimeouts: Hashable, Sendable {
    /// For the connection and TLS together.
    public var connect: Duration
    /// For the answer after that; what has not been answered by then is unknown.
    public var reply: Duration
    /// A connection idle for longer is not used again.
    ///
    /// A text posted at the very moment in which the service closes an idle connection would end as unknown.
    public var idle: Duration

    /// Sets the times to wait.
    public init(connect: Duration = .seconds(30), reply: Duration = .seconds(60), idle: Duration = .seconds(5)) {
        self.connect = connect
        self.reply = reply
        self.idle = idle
    }
}
