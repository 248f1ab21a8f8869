/// What a message is sent as, and so which templates it is made of.
public enum TemplateForm: String, Sendable, Hashable, CaseIterable {
    /// A mail: `NAME.subject`, `NAME.txt`, `NAME.html`.
    case mail
    /// A text message: `NAME.sms`.
    case sms

    /// The templates that it needs, all of them.
    public var parts: [TemplateKind] {
        switch self {
        case .mail: [.subject, .text, .html]
        case .sms: [.sms]
        }
    }
}
