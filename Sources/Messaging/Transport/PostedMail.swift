/// A mail with its envelope, ready to be carried.
public struct PostedMail: Hashable, Sendable {
    /// The message, as `MailMessage.render` makes it; other line ends become CRLF on the way.
    public let message: [UInt8]
    /// The envelope's sender, to whom failures are reported.
    public let from: Mailbox
    /// The envelope's one recipient.
    public let to: Mailbox

    /// Puts a message into its envelope.
    public init(_ message: [UInt8], from: Mailbox, to: Mailbox) {
        self.message = message
        self.from = from
        self.to = to
    }
}
