public import Booking
public import FoundationEssentials
public import Messaging

/// A composer of text messages for rows of the ledger.
public struct TextComposer: Sendable {
    private let context: TemplateContext
    private let sender: TextSender

    /// Creates a composer with fixed templates.
    ///
    /// - Parameters:
    ///   - templates: The templates.
    ///   - sender: The number or name of the sender.
    public init(templates: TemplateLibrary, sender: TextSender) {
        context = TemplateContext(templates: { templates })
        self.sender = sender
    }

    /// Creates a composer whose templates are reloaded when they change.
    ///
    /// - Parameters:
    ///   - store: The templates.
    ///   - sender: The number or name of the sender.
    public init(templates store: TemplateStore, sender: TextSender) {
        context = TemplateContext(templates: { store.library })
        self.sender = sender
    }

    /// Returns a text message in the form that the transport sends.
    ///
    /// - Parameters:
    ///   - claimed: The claimed message.
    ///   - now: The time of sending.
    /// - Returns: The text message, and the copy for the ledger.
    /// - Throws: `TextMessageError` or `TemplateError`.
    public func renderedMessage(for claimed: ClaimedMessage, at now: Date) throws
        -> DeliveryChannel<TextMessage>.RenderedMessage
    {
        let text = try text(for: claimed, at: now)
        return DeliveryChannel.RenderedMessage(item: text, copy: DeliveryRecord.Copy(subject: nil, body: text.body))
    }

    /// Composes the text message; the provider is asked not to deliver it after the deadline.
    ///
    /// - Parameters:
    ///   - claimed: The claimed message.
    ///   - now: The time of sending.
    /// - Returns: The text message.
    /// - Throws: `TextMessageError` or `TemplateError`.
    public func text(for claimed: ClaimedMessage, at now: Date) throws -> TextMessage {
        let language = context.language(of: claimed, as: .sms)
        let body = try context.templates.renderSMS(
            claimed.template, in: language.templateLanguage, with: context.values(of: claimed, in: language, at: now))
        return try TextMessage(
            to: claimed.recipient.text, from: sender, body: body, validUntil: claimed.deadline)
    }

    /// Returns the reply to an inbound text message.
    ///
    /// - Parameters:
    ///   - template: The name of the template.
    ///   - studio: The studio that replies.
    ///   - phone: The front desk's phone.
    ///   - language: The recipient's language.
    /// - Returns: The text of the reply.
    /// - Throws: `TemplateError`.
    public func answer(
        _ template: String, from studio: String, phone: PhoneNumber?, in language: Language
    ) throws -> String {
        let answer = ReplyContext(studio: studio, phone: phone.map { PhoneFormatter().phone($0) })
        return try context.templates.renderSMS(template, in: language.templateLanguage, with: answer.values)
    }

    /// Creates a text message from a text.
    ///
    /// - Parameters:
    ///   - body: The text.
    ///   - recipient: The recipient.
    /// - Returns: The text message.
    /// - Throws: `TextMessageError`.
    public func message(_ body: String, to recipient: PhoneNumber) throws -> TextMessage {
        try TextMessage(to: recipient.e164, from: sender, body: body)
    }
}
