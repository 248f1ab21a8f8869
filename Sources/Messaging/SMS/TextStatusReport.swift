/// An SMS service's report on the delivery of a text message: Twilio's status callback.
public struct TextStatusReport: Hashable, Sendable {
    /// The progress of a delivery.
    public enum Progress: Hashable, Sendable {
        /// The service has accepted or forwarded the message; its delivery is not confirmed.
        case underway
        /// The message was delivered.
        case delivered
        /// The message will not be delivered.
        case failed
    }

    /// The service's identifier for the message.
    public let id: String
    /// The service's name for the status, such as `undelivered`.
    public let status: String
    /// The service's error code for a failed delivery.
    public let errorCode: Int?
    /// The recipient's number, if the service reports it.
    public let to: String?

    /// Parses a status report.
    ///
    /// - Parameter octets: A JSON object or a form with Twilio's names `MessageSid`, `MessageStatus`, `ErrorCode`,
    ///   `To`; other names are ignored.
    /// - Throws: `InboundTextError` when the input is too large, is neither object nor form, or has no identifier or
    ///   status.
    public init(parsing octets: some Collection<UInt8>) throws(InboundTextError) {
        guard octets.count <= InboundText.maximumSize else { throw .tooLarge }
        guard let fields = ProviderFields(octets) else { throw .notAStatus }
        id = try Self.word(fields["MessageSid", "SmsSid", "id"], "MessageSid")
        status = try Self.word(fields["MessageStatus", "SmsStatus", "status"], "MessageStatus").lowercased()
        errorCode = fields["ErrorCode", "error_code"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        to = fields["To", "to"]?.safeSingleLine
    }

    /// The progress of the delivery; `underway` for an unknown status.
    public var progress: Progress {
        switch status {
        case "delivered", "read": .delivered
        case "undelivered", "failed", "canceled": .failed
        default: .underway
        }
    }

    /// The error of a known error code.
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

/// The address that an SMS service reports delivery statuses to.
public struct StatusCallback: Hashable, Sendable {
    /// The maximum length, which is Twilio's limit (https://www.twilio.com/docs/api/errors/21609).
    private static let maximumLength = 4000

    /// The address, unchanged.
    public let url: String

    /// Creates a callback; `nil` unless the address is an absolute HTTPS URI in ASCII without user and fragment.
    public init?(_ url: String) {
        guard url.utf8.count <= Self.maximumLength, url.isHTTPSLink else { return nil }
        self.url = url
    }
}
