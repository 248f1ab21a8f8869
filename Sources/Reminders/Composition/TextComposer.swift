public import Booking
public import FoundationEssentials
public import Messaging

/// Writes texts for rows of the ledger.
public struct TextComposer: Sendable {
    private let context: TemplateContext
    private let sender: TextSender

    /// Takes the words.
    ///
    /// - Parameters:
    ///   - templates: The words.
    ///   - sender: The number or name that texts are from.
    public init(templates: TemplateLibrary, sender: TextSender) {
        context = TemplateContext(templates: { templates })
        self.sender = sender
    }

    /// Takes the words from where they are read again when they change.
    ///
    /// - Parameters:
    ///   - store: The words.
    ///   - sender: The number or name that texts are from.
    public init(templates store: TemplateStore, sender: TextSender) {
        context = TemplateContext(templates: { store.library })
        self.sender = sender
    }

    /// A text, ready to be carried.
    ///
    /// - Parameters:
    ///   - claimed: The row of the ledger, and what it is about.
    ///   - now: The instant of sending.
    /// - Returns: The text, and what the ledger keeps of it.
    /// - Throws: `TextMessageError` or `TemplateError`.
    public func renderedMessage(for claimed: ClaimedMessage, at now: Date) throws
        -> DeliveryChannel<TextMessage>.RenderedMessage
    {
        let text = try text(for: claimed, at: now)
        return DeliveryChannel.RenderedMessage(item: text, copy: DeliveryRecord.Copy(subject: nil, body: text.body))
    }

    /// Writes the text; the provider is told to give up on it when it is worth nothing any more.
    ///
    /// - Parameters:
    ///   - claimed: The row of the ledger, and what it is about.
    ///   - now: The instant of sending.
    /// - Returns: The text.
    /// - Throws: `TextMessageError` or `TemplateError`.
    public func text(for claimed: ClaimedMessage, at now: Date) throws -> TextMessage {
        let language = context.language(of: claimed, as: .sms)
        let body = try context.templates.renderSMS(
            claimed.template, in: language.templateLanguage, with: context.values(of: claimed, in: language, at: now))
        return try TextMessage(
            to: claimed.recipient.text, from: sender, body: body, validUntil: claimed.deadline)
    }

    /// The words that answer somebody's text.
    ///
    /// - Parameters:
    ///   - template: Their name.
    ///   - studio: Who answers.
    ///   - phone: The front desk's phone.
    ///   - language: The reader's language.
    /// - Returns: The words.
    /// - Throws: `TemplateError`.
    public func answer(
        _ template: String, from studio: String, phone: PhoneNumber?, in language: Language
    ) throws -> String {
        let answer = ReplyContext(studio: studio, phone: phone.map { PhoneFormatter().phone($0) })
        return try context.templates.renderSMS(template, in: language.templateLanguage, with: answer.values)
    }

    /// A text of any words.
    ///
    /// - Parameters:
    ///   - body: The words.
    ///   - recipient: Whom it is for.
    /// - Returns: The text.
    /// - Throws: `TextMessageError`.
    public func message(_ body: String, to recipient: PhoneNumber) throws -> TextMessage {
        try TextMessage(to: recipient.e164, from: sender, body: body)
    }
}
