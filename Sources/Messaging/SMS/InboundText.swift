/// A text that somebody has sent to us.
public struct InboundText: Hashable, Sendable {
    /// Larger input is refused unread.
    public static let maximumSize = 65_536

    /// What the service itself has made of the text, where it handles opt-outs (Twilio's `OptOutType`).
    public enum OptOutType: String, Hashable, Sendable {
        /// It has opted the sender out, and has said so.
        case stop = "STOP"
        /// It has opted the sender in, and has said so.
        case start = "START"
        /// It has answered a call for help.
        case help = "HELP"
    }

    /// Who sent it, as the service writes it: a number in E.164 form, a short code, `whatsapp:+14155550100`, a name.
    public let from: String
    /// Which of our numbers it was sent to, when the service tells.
    public let to: String?
    /// What it says; may be empty, as of a picture.
    public let body: String
    /// How many pictures and other files came with it.
    public let attachments: Int
    /// The service's name for it, by which a second delivery of the same text is known.
    public let id: String?
    /// What the service itself has made of it.
    public let optOutType: OptOutType?

    /// Reads one text.
    ///
    /// - Parameter octets: A JSON object or a form, with Twilio's names `From`, `To`, `Body`, `NumMedia`, `MessageSid` and
    ///   `OptOutType`, or `from`, `to`, `body`, `id`; other names are ignored.
    /// - Throws: `InboundTextError` when it is too large, neither object nor form, or lacks the sender.
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

    /// What the text asks for.
    public var word: ReplyKeyword {
        switch optOutType {
        case .stop: .optOut
        case .start: .optIn
        case .help: .help
        case nil: ReplyKeyword(body)
        }
    }

    /// The phone number within ``from``: services put the app that it was sent with in front.
    public var number: String {
        let pieces = from.split(separator: ":", maxSplits: 1)
        guard pieces.count == 2, ["whatsapp", "rcs", "sms", "mms", "tel"].contains(pieces[0].lowercased()) else {
            return from
        }
        return String(pieces[1])
    }
}

extension String {
    /// This text on one line, without characters that cannot be seen; a `+` that a form has turned into a space is one
    /// again.
    fileprivate var visibleWord: String {
        let seen = unicodeScalars.filter { !$0.isControl && !$0.properties.isDefaultIgnorableCodePoint }
        let word = String(String.UnicodeScalarView(seen))
        let line = word.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let lostItsPlus = word.first == " " && (7...15).contains(line.count) && line.allSatisfy(\.isWholeNumber)
        return String((lostItsPlus ? "+" + line : line).prefix(100))
    }
}

/// Input that is not what an SMS service posts.
///
/// The description never repeats what the input says.
public enum InboundTextError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is more input than any text needs.
    case tooLarge
    /// The input is neither a JSON object nor a form.
    case notAnObject
    /// A field is missing or empty.
    case missing(String)

    /// What is wrong, why, and what to do.
    public var description: String {
        switch self {
        case .tooLarge:
            "The input is refused: it is larger than \(InboundText.maximumSize) octets. Give one message at a time."
        case .notAnObject:
            "The input cannot be read: it is neither one JSON object nor a form. "
                + #"Write it like {"From": "+14155550100", "To": "+14155550199", "Body": "C", "MessageSid": "SM.."}."#
        case .missing(let field):
            "The input cannot be read: it has no \(field). Pass on all fields that the SMS service sends."
        }
    }
}
