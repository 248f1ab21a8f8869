public import FoundationEssentials

/// A text message to one phone.
///
/// A value is always valid.
public struct TextMessage: Hashable, Sendable {
    /// The maximum length in UTF-16 units, which is also Twilio's limit.
    public static let maximumLength = 1600

    /// The recipient's number in E.164 form.
    public let to: String
    /// The sender.
    public let from: TextSender
    /// The content; line breaks are LF.
    public let body: String
    /// The instant after which the message must not be delivered, if any.
    public let validUntil: Date?

    /// Creates a text message after validation.
    ///
    /// - Parameters:
    ///   - to: The recipient's number in E.164 form.
    ///   - from: The sender.
    ///   - body: The content, in any script; CRLF becomes LF.
    ///   - validUntil: The instant after which the message must not be delivered, if any.
    /// - Throws: `TextMessageError` for a number in another form, and for a body that is empty, too long or contains
    ///   control or direction override characters.
    public init(
        to: String, from: TextSender, body: String, validUntil: Date? = nil
    ) throws(TextMessageError) {
        guard to.isE164 else { throw .notANumber }
        self.to = to
        self.from = from
        self.body = try Self.checked(body)
        self.validUntil = validUntil
    }

    /// The number of segments of the message.
    public var segments: TextSegments { TextSegments(of: body) }

    private static func checked(_ body: String) throws(TextMessageError) -> String {
        let body = body.replacing("\r\n", with: "\n")
        guard !body.allSatisfy(\.isWhitespace) else { throw .empty }
        guard body.utf16.count <= maximumLength else { throw .tooLong }
        for scalar in body.unicodeScalars where scalar != "\n" {
            if scalar.isControl { throw .controlCharacter }
            if scalar.isDirectionOverride { throw .directionOverride }
        }
        return body
    }
}

/// The sender of a text message, as shown on the recipient's phone or as configured at the service.
///
/// A value is always valid.
public struct TextSender: Hashable, Sendable, CustomStringConvertible {
    /// A kind of sender.
    public enum Kind: Hashable, Sendable {
        /// A phone number in E.164 form, which can receive replies.
        case number
        /// A short code of five or six digits, which can receive replies.
        case shortCode
        /// A name of up to eleven letters and digits, which cannot receive replies and is not allowed in some
        /// countries.
        case name
        /// A pool of senders that the service chooses from: Twilio's Messaging Service, `MG` and 32 hexadecimal digits.
        case pool
    }

    /// The sender's text form.
    public let text: String
    /// The kind of sender.
    public let kind: Kind

    /// Parses a sender such as `+14155550100`, `72345`, `IRON HOUSE` or `MG…`.
    ///
    /// - Parameter text: The sender.
    /// - Throws: `TextMessageError` when the text has none of these forms.
    public init(_ text: String) throws(TextMessageError) {
        guard let kind = Self.kind(of: text) else { throw .notASender }
        self.text = text
        self.kind = kind
    }

    /// The sender's text form.
    public var description: String { text }

    private static func kind(of text: String) -> Kind? {
        if text.isE164 { return .number }
        if (5...6).contains(text.utf8.count), text.utf8.allSatisfy(\.isDigit) { return .shortCode }
        if text.utf8.count == 34, text.hasPrefix("MG"), text.dropFirst(2).allSatisfy(\.isHexDigit) { return .pool }
        return text.isSenderName ? .name : nil
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

extension String {
    /// Whether this is a phone number in E.164 form: `+`, a country code that is not 0, and at most 15 digits.
    var isE164: Bool {
        guard utf8.first == UInt8(ascii: "+"), (8...16).contains(utf8.count) else { return false }
        let digits = utf8.dropFirst()
        return digits.first != UInt8(ascii: "0") && digits.allSatisfy(\.isDigit)
    }

    /// Whether this is an alphanumeric sender: at most eleven characters (GSM 03.40), with at least one letter.
    fileprivate var isSenderName: Bool {
        (1...11).contains(utf8.count)
            && utf8.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") || $0.isLetterOrDigit }
            && utf8.contains { $0.isLetterOrDigit && !$0.isDigit } && first != " " && last != " "
    }
}

/// An error in the composition of a text message.
///
/// The description names the rule, never the text or the number itself, so that it can be logged.
public enum TextMessageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The recipient's number is not in E.164 form.
    case notANumber
    /// The sender is not a number, short code, name or pool.
    case notASender
    /// The body is empty.
    case empty
    /// The body is longer than `TextMessage.maximumLength` UTF-16 units.
    case tooLong
    /// The body contains a control character other than a line break.
    case controlCharacter
    /// The body contains a character that reverses the direction of the text after it.
    case directionOverride

    /// The problem, its cause and the remedy.
    public var description: String {
        switch self {
        case .notANumber:
            "The phone number is refused: it is not in E.164 form. Write it like +14155550100."
        case .notASender:
            "The sender of texts is refused: it is not a phone number, short code, name or Messaging Service. "
                + "Write +14155550100, 72345, a name of up to 11 letters and digits, or MG with 32 hexadecimal digits."
        case .empty:
            "The text is refused: it is empty. Check its template."
        case .tooLong:
            "The text is refused: it is longer than \(TextMessage.maximumLength) characters. Shorten its template."
        case .controlCharacter:
            "The text is refused: it contains a control character. Remove tabs and escape codes from its template."
        case .directionOverride:
            "The text is refused: it contains a character that reverses the text after it. Type it again instead of "
                + "copying it."
        }
    }
}
