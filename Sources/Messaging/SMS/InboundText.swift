/// A text message received from a client.
public struct InboundText: Hashable, Sendable {
    /// The maximum size of the input in octets; larger input is refused without parsing.
    public static let maximumSize = 65_536

    /// The service's own handling of an opt-out keyword (Twilio's `OptOutType`).
    public enum OptOutType: String, Hashable, Sendable {
        /// The service opted the sender out and confirmed it.
        case stop = "STOP"
        /// The service opted the sender in and confirmed it.
        case start = "START"
        /// The service replied to a request for help.
        case help = "HELP"
    }

    /// The sender as the service writes it: a number in E.164 form, a short code, `whatsapp:+14155550100`, or a name.
    public let from: String
    /// The receiving number, if the service reports it.
    public let to: String?
    /// The content; may be empty, for example for a picture.
    public let body: String
    /// The number of attached pictures and other files.
    public let attachments: Int
    /// The service's identifier for the message, used to detect repeated deliveries.
    public let id: String?
    /// The service's own handling of the message.
    public let optOutType: OptOutType?

    /// Parses a text message.
    ///
    /// - Parameter octets: A JSON object or a form, with Twilio's names `From`, `To`, `Body`, `NumMedia`, `MessageSid`
    ///   and `OptOutType`, or `from`, `to`, `body`, `id`; other names are ignored.
    /// - Throws: `InboundTextError` when the input is too large, is neither object nor form, or has no sender.
    public init(parsing octets: some Collection<UInt8>) throws(InboundTextError) {
        guard octets.count <= Self.maximumSize else { throw .tooLarge }
        guard let fields = ProviderFields(octets) else { throw .notAnObject }
        let sender = (fields["From", "from"] ?? "").visibleWord
        guard !sender.isEmpty else { throw .missing("From") }
        from = sender
        to = fields["To", "to"]?.visibleWord
        body = (fields["Body", "body"] ?? "").safeMultiline
        attachments = min(max(fields["NumMedia"].flatMap { Int($0) } ?? 0, 0), 1000)
        id = fields["MessageSid", "SmsMessageSid", "SmsSid", "id"].flatMap { $0.isEmpty ? nil : $0.safeSingleLine }
        optOutType = fields["OptOutType"].flatMap { OptOutType(rawValue: $0.uppercased()) }
    }

    /// The action that the message requests.
    public var word: ReplyKeyword {
        switch optOutType {
        case .stop: .optOut
        case .start: .optIn
        case .help: .help
        case nil: ReplyKeyword(body)
        }
    }

    /// The phone number in ``from``, without the app's prefix that some services add.
    public var number: String {
        let pieces = from.split(separator: ":", maxSplits: 1)
        guard pieces.count == 2, ["whatsapp", "rcs", "sms", "mms", "tel"].contains(pieces[0].lowercased()) else {
            return from
        }
        return String(pieces[1])
    }
}

extension String {
    /// This text on one line, without invisible characters; a `+` that form decoding turned into a space is restored.
    fileprivate var visibleWord: String {
        let seen = unicodeScalars.filter { !$0.isControl && !$0.properties.isDefaultIgnorableCodePoint }
        let word = String(String.UnicodeScalarView(seen))
        let line = word.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let lostItsPlus = word.first == " " && (7...15).contains(line.count) && line.allSatisfy(\.isWholeNumber)
        return String((lostItsPlus ? "+" + line : line).prefix(100))
    }
}

/// An error in the input from an SMS service.
///
/// The description never repeats the input.
public enum InboundTextError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The input is larger than `InboundText.maximumSize`.
    case tooLarge
    /// The input is neither a JSON object nor a form.
    case notAnObject
    /// The input for a delivery status is neither a JSON object nor a form.
    case notAStatus
    /// A field is missing or empty.
    case missing(String)

    /// The problem, its cause and the remedy.
    public var description: String {
        switch self {
        case .tooLarge:
            "The input is refused: it is larger than \(InboundText.maximumSize) octets. Give one message at a time."
        case .notAnObject:
            "The input cannot be read: it is neither one JSON object nor a form. "
                + #"Write it like {"From": "+14155550100", "To": "+14155550199", "Body": "C", "MessageSid": "SM.."}."#
        case .notAStatus:
            "The input cannot be read: it is neither one JSON object nor a form. "
                + #"Write it like {"MessageSid": "SM..", "MessageStatus": "delivered"}."#
        case .missing(let field):
            "The input cannot be read: it has no \(field). Pass on all fields that the SMS service sends."
        }
    }
}
