/// A message as a server received it.
public struct ReceivedMessage: Hashable, Sendable {
    /// The envelope's sender.
    public let sender: String
    /// The envelope's recipients.
    public let recipients: [String]
    /// The message's header and body, without additions by the server.
    public let content: String

    /// Creates a message.
    public init(sender: String, recipients: [String], content: String) {
        self.sender = sender
        self.recipients = recipients
        self.content = content
    }
}
