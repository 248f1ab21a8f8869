/// Who a text is from, as the recipient's phone shows it or as the service that sends it knows it.
///
/// A value can only be built valid.
public struct TextSender: Hashable, Sendable, CustomStringConvertible {
    /// What the sender is.
    public enum Kind: Hashable, Sendable {
        /// A phone number in E.164 form, which answers can be sent to.
        case number
        /// A short code of five or six digits, which answers can be sent to.
        case shortCode
        /// A name of up to eleven letters and digits, which takes no answers and which some countries do not allow.
        case name
        /// A pool of senders that the service chooses from: Twilio's Messaging Service, `MG` and 32 hexadecimal digits.
        case pool
    }

    /// The sender as it is written.
    public let text: String
    /// What the sender is.
    public let kind: Kind

    /// Reads `+14155550100`, `72345`, `IRON HOUSE` or `MG…`.
    ///
    /// - Parameter text: The sender.
    /// - Throws: `TextMessageError` when it is none of these.
    public init(_ text: String) throws(TextMessageError) {
        guard let kind = Self.kind(of: text) else { throw .notASender }
        self.text = text
        self.kind = kind
    }

    /// The sender as it is written.
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
    /// Whether this is a phone number in E.164 form: `+`, a country code that is not 0, and 15 digits at the most.
    var isE164: Bool {
        guard utf8.first == UInt8(ascii: "+"), (8...16).contains(utf8.count) else { return false }
        let digits = utf8.dropFirst()
        return digits.first != UInt8(ascii: "0") && digits.allSatisfy(\.isDigit)
    }

    /// Whether this is an alphanumeric sender: GSM 03.40 has room for eleven characters, and one must be a letter.
    fileprivate var isSenderName: Bool {
        (1...11).contains(utf8.count)
            && utf8.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") || $0.isLetterOrDigit }
            && utf8.contains { $0.isLetterOrDigit && !$0.isDigit } && first != " " && last != " "
    }
}
