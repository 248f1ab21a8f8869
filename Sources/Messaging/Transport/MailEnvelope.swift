/// An e-mail with its envelope.
public struct MailEnvelope: Hashable, Sendable {
    /// The message, as `MailMessage.render` makes it; other line ends become CRLF when it is sent.
    public let message: [UInt8]
    /// The envelope's sender, to whom failures are reported.
    public let from: Mailbox
    /// The envelope's one recipient.
    public let to: Mailbox

    /// Creates an envelope.
    public init(_ message: [UInt8], from: Mailbox, to: Mailbox) {
        self.message = message
        self.from = from
        self.to = to
    }
}
