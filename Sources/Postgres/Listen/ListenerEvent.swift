/// What a ``Listener`` tells.
public enum ListenerEvent: Sendable, Hashable {
    /// It listens from now on, for the first time or again.
    ///
    /// What was notified before has not been heard: whoever waits for work looks for it now.
    case connected
    /// Something was notified on this channel, once or many times.
    ///
    /// The name is the one that the server has, of which a longer one than 63 octets is only the beginning.
    case notified(String)
    /// The connection was lost.
    ///
    /// Nothing is heard until it is `connected` again.
    case lost
}
