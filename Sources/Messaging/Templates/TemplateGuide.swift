/// What templates are for: which messages there are, and what each may speak of.
public struct TemplateGuide: Sendable {
    /// Values like those that a message is given, as long as real ones get; their names are all that it may speak of.
    public typealias Samples = @Sendable (TemplateLanguage?) -> [String: TemplateValue]

    /// One message.
    public struct Message: Sendable {
        /// What it is sent as.
        public let forms: Set<TemplateForm>
        /// What it may speak of.
        public let samples: Samples

        /// Describes a message.
        ///
        /// - Parameters:
        ///   - forms: What it is sent as; each needs its templates.
        ///   - samples: What it may speak of, in a language.
        public init(_ forms: Set<TemplateForm>, samples: @escaping Samples) {
            self.forms = forms
            self.samples = samples
        }
    }

    /// The messages by the names that their templates share.
    public var messages: [String: Message]
    /// The languages that readers may choose besides the one that every message is written in.
    public let languages: [TemplateLanguage]
    /// What messages may speak of that an operator has added.
    public let others: Samples

    /// Describes what templates are for.
    ///
    /// - Parameters:
    ///   - messages: The messages by the names that their templates share.
    ///   - languages: The languages besides the one that every message is written in.
    ///   - others: What messages may speak of that an operator has added.
    public init(messages: [String: Message], languages: [TemplateLanguage], others: @escaping Samples) {
        self.messages = messages
        self.languages = languages
        self.others = others
    }
}
