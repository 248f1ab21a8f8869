/// A refusal to compose a text.
///
/// The description names the rule, never the text or the number itself, so that it can be logged.
public enum TextMessageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The recipient's number is not in E.164 form.
    case notANumber
    /// The sender is no number, short code, name or pool.
    case notASender
    /// The body says nothing.
    case empty
    /// The body is longer than `TextMessage.maximumLength` UTF-16 units.
    case tooLong
    /// The body holds a control character other than a line break.
    case controlCharacter
    /// The body holds a character that reverses the direction of what follows it.
    case directionOverride

    /// What was refused, why, and what to do about it.
    public var description: String {
        switch self {
        case .notANumber:
            "The phone number is refused: it is not in E.164 form. Write it like +14155550100."
        case .notASender:
            "The sender of texts is refused: it is no phone number, short code, name or Messaging Service. "
                + "Write +14155550100, 72345, a name of up to 11 letters and digits, or MG with 32 hexadecimal digits."
        case .empty:
            "The text is refused: it says nothing. Check its template."
        case .tooLong:
            "The text is refused: it is longer than \(TextMessage.maximumLength) characters. Shorten its template."
        case .controlCharacter:
            "The text is refused: it holds a control character. Remove tabs and escape codes from its template."
        case .directionOverride:
            "The text is refused: it holds a character that reverses the text after it. Type it again without copying "
                + "from elsewhere."
        }
    }
}
