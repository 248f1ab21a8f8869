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
