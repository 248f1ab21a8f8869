/// What an SMS service says of a text that was sent: Twilio's status callback.
public struct TextStatusReport: Hashable, Sendable {
    /// How far a text has come.
    public enum Progress: Hashable, Sendable {
        /// The service has it, or has passed it on; nothing is known of its arrival.
        case underway
        /// It has arrived.
        case delivered
        /// It will not arrive.
        case failed
    }

    /// The service's name for the text.
    public let id: String
    /// The service's word for the status, such as `undelivered`.
    public let status: String
    /// Why it will not arrive, as the service numbers reasons.
    public let errorCode: Int?
    /// The number that the text was sent to, where the service tells.
    public let to: String?

    /// Reads one status.
    ///
    /// - Parameter octets: A JSON object or a form with Twilio's names `MessageSid`, `MessageStatus`, `ErrorCode`, `To`;
    ///   other names are ignored.
    /// - Throws: `InboundTextError` when it is too large, neither object nor form, or lacks the identifier or the status.
    public init(parsing octets: some Collection<UInt8>) throws(InboundTextError) {
        guard octets.count <= InboundText.maximumSize else { throw .tooLarge }
        guard let fields = ProviderFields(octets) else { throw .notAnObject }
        id = try Self.word(fields["MessageSid", "SmsSid", "id"], "MessageSid")
        status = try Self.word(fields["MessageStatus", "SmsStatus", "status"], "MessageStatus").lowercased()
        errorCode = fields["ErrorCode", "error_code"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        to = fields["To", "to"]?.safeSingleLine
    }

    /// How far the text has come; a status that is not known here says nothing of its arrival.
    public var progress: Progress {
        switch status {
        case "delivered", "read": .delivered
        case "undelivered", "failed", "canceled": .failed
        default: .underway
        }
    }

    /// What the error code means, where it is known.
    public var error: SMSError? { errorCode.flatMap(SMSError.init(rawValue:)) }

    /// The status and the error on one line.
    public var words: String {
        ([status] + [errorCode.map { "error \($0)" }].compactMap(\.self)).joined(separator: ", ")
    }

    private static func word(_ text: String?, _ field: String) throws(InboundTextError) -> String {
        let word = (text ?? "").safeSingleLine.prefix(100)
        guard !word.isEmpty else { throw .missing(field) }
        return String(word)
    }
}

/// Where an SMS service reports what becomes of a text.
public struct StatusCallback: Hashable, Sendable {
    /// Twilio takes no longer ones (https://www.twilio.com/docs/api/errors/21609).
    private static let maximumLength = 4000

    /// The address, as it was given.
    public let url: String

    /// Checks and makes an address; `nil` for anything but one absolute HTTPS URI in ASCII without user and fragment.
    public init?(_ url: String) {
        guard url.utf8.count <= Self.maximumLength, url.isHTTPSLink else { return nil }
        self.url = url
    }
}
