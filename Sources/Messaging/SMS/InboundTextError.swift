/// Input that is not one inbound text.
///
/// The description never repeats what the input says.
public enum InboundTextError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is more input than any text needs.
    case tooLarge
    /// The input is not one JSON object.
    case notAnObject
    /// The object lacks a field.
    case missing(String)
    /// A field holds something else than text.
    case notText(String)

    /// What is wrong, why, and what to do.
    public var description: String {
        switch self {
        case .tooLarge:
            "The inbound text is refused: it is larger than \(InboundText.maximumSize) octets. "
                + "Give one message as one JSON object."
        case .notAnObject:
            "The inbound text cannot be read: it is not one JSON object. "
                + #"Write it like {"From": "+14155550100", "To": "+14155550199", "Body": "C", "MessageSid": "SM.."}."#
        case .missing(let field):
            "The inbound text cannot be read: it has no \(field). Pass on all fields that the SMS service sends."
        case .notText(let field):
            "The inbound text cannot be read: its \(field) is no text. Write the value in quotation marks."
        }
    }
}
