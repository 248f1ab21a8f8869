public import FoundationEssentials

/// A text to one phone.
///
/// A value can only be built valid.
public struct TextMessage: Hashable, Sendable {
    /// Longer texts are refused: Twilio takes no more, and nobody reads ten segments.
    public static let maximumLength = 1600

    /// The recipient's number in E.164 form.
    public let to: String
    /// Who it is from.
    public let from: TextSender
    /// What it says; line breaks are LF.
    public let body: String
    /// The instant after which nobody should try to deliver it any more.
    public let validUntil: Date?

    /// Checks and makes a text.
    ///
    /// - Parameters:
    ///   - to: The recipient's number in E.164 form.
    ///   - from: Who it is from.
    ///   - body: What it says, in any script; CRLF becomes LF.
    ///   - validUntil: The instant after which nobody should try to deliver it any more.
    /// - Throws: `TextMessageError` for another form of number, and for a body that is empty, too long or could disguise
    ///   what it says.
    public init(
        to: String, from: TextSender, body: String, validUntil: Date? = nil
    ) throws(TextMessageError) {
        guard to.isE164 else { throw .notANumber }
        self.to = to
        self.from = from
        self.body = try Self.checked(body)
        self.validUntil = validUntil
    }

    /// How many segments the text takes.
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
