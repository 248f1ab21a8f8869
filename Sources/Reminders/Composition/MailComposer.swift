public import Booking
public import FoundationEssentials
public import Messaging

/// A composer of e-mail for rows of the ledger.
public struct MailComposer: Sendable {
    /// The maximum line length, which leaves room for quoting (RFC 5322 section 2.1.1 asks for at most 78 characters).
    private static let lineWidth = 72

    private let context: TemplateContext
    private let sender: Mailbox
    private let unsubscribing: String?

    /// Creates a composer with fixed templates.
    ///
    /// - Parameters:
    ///   - templates: The templates.
    ///   - sender: The sender of the mail.
    ///   - unsubscribing: The URL of the unsubscribe link without the client's token; `nil` is no link.
    public init(templates: TemplateLibrary, sender: Mailbox, unsubscribing: String? = nil) {
        self.init(templates: { templates }, sender: sender, unsubscribing: unsubscribing)
    }

    /// Creates a composer whose templates are reloaded when they change.
    ///
    /// - Parameters:
    ///   - store: The templates.
    ///   - sender: The sender of the mail.
    ///   - unsubscribing: The URL of the unsubscribe link without the client's token; `nil` is no link.
    public init(templates store: TemplateStore, sender: Mailbox, unsubscribing: String? = nil) {
        self.init(templates: { store.library }, sender: sender, unsubscribing: unsubscribing)
    }

    private init(templates: @escaping @Sendable () -> TemplateLibrary, sender: Mailbox, unsubscribing: String?) {
        context = TemplateContext(templates: templates)
        self.sender = sender
        self.unsubscribing = unsubscribing
    }

    /// Returns a mail in the form that the transport sends.
    ///
    /// - Parameters:
    ///   - claimed: The claimed message.
    ///   - now: The time of sending.
    /// - Returns: The mail, and the copy for the ledger.
    /// - Throws: `CompositionError` or `TemplateError`.
    public func renderedMessage(for claimed: ClaimedMessage, at now: Date) throws
        -> DeliveryChannel<MailEnvelope>.RenderedMessage
    {
        let mail = try mail(for: claimed, at: now)
        return DeliveryChannel.RenderedMessage(
            item: MailEnvelope(mail.render(), from: sender, to: mail.to),
            copy: DeliveryRecord.Copy(subject: mail.subject, body: mail.text))
    }

    /// Composes the mail; the same row of the ledger always has the same Message-ID (RFC 5322 section 3.6.4).
    ///
    /// - Parameters:
    ///   - claimed: The claimed message.
    ///   - now: The time of sending.
    /// - Returns: The mail; for a client and a booked or cancelled session, it contains a calendar entry.
    /// - Throws: `CompositionError` or `TemplateError`.
    public func mail(for claimed: ClaimedMessage, at now: Date) throws -> MailMessage {
        let recipient = try Mailbox(name: claimed.name, address: claimed.recipient.text)
        let language = context.language(of: claimed, as: .mail)
        let texts = try context.templates.renderMessage(
            claimed.template, in: language.templateLanguage, with: context.values(of: claimed, in: language, at: now))
        return try MailMessage(
            from: sender,
            replyTo: try claimed.studioContact.email.map {
                try Mailbox(name: claimed.studioContact.name, address: $0.address)
            },
            to: recipient, subject: texts.subject, text: texts.text.wrapped(at: Self.lineWidth), html: texts.html,
            calendar: try invitation(claimed, to: recipient, in: language, at: now),
            unsubscribe: try link(claimed), messageID: "\(claimed.idName)@\(domain)", date: now)
    }

    private var domain: Substring { sender.address.split(separator: "@").last ?? "intro.invalid" }

    /// Returns the unsubscribe link of a mail to a client; staff cannot opt out of work messages.
    private func link(_ claimed: ClaimedMessage) throws -> UnsubscribeLink? {
        guard let unsubscribing, let token = claimed.unsubscribeToken, claimed.audience == .client else { return nil }
        return try UnsubscribeLink(unsubscribing + token.uuidString.lowercased())
    }

    /// Returns the calendar entry: REQUEST with a sequence that rises at each change, CANCEL after a cancellation (RFC
    /// 5546 section 3.2).
    private func invitation(
        _ claimed: ClaimedMessage, to recipient: Mailbox, in language: Language, at now: Date
    ) throws -> MailMessage.Calendar? {
        guard claimed.audience == .client, case .session(let session) = claimed.subject,
            [.booked, .cancelled].contains(session.status)
        else { return nil }
        let method: ICalendar.Method = session.status == .cancelled ? .cancel : .request
        let appointment = context.appointment(session, claimed, in: language, at: now)
        var event = CalendarEvent(session, stamp: now)
        event.summary = appointment.title
        event.description = appointment.note
        event.location = [session.studio.name, claimed.studioContact.address].compactMap(\.self).joined(separator: ", ")
        event.organizer = sender
        event.attendee = recipient
        return MailMessage.Calendar(
            ics: try ICalendar.render(events: [event], method: method, productID: CalendarEvent.productID),
            method: method)
    }
}

extension ClaimedMessage {
    /// The local part of its Message-ID, which is unique for each row of the ledger.
    var idName: String {
        switch subject {
        case .session(let session):
            MessageName(reference: session.reference, rule: rule, revision: revision, copy: copy).text
        case .day(let day): "\(day.trainer.handle).\(day.date).\(rule)" + (copy > 0 ? ".\(copy)" : "")
        case .changes(let changes):
            changes.changes.first.map {
                MessageName(
                    reference: $0.session.reference, rule: $0.row.rule, revision: $0.row.revision, copy: $0.row.copy
                ).text
            } ?? "\(changes.trainer.handle).\(message)"
        }
    }
}

extension CalendarEvent {
    /// The product identifier of the calendars.
    public static let productID = "-//Intro//Introductory sessions//EN"

    /// Creates the calendar entry of a session, which keeps its UID through all changes.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - stamp: The time at which this version of the entry was created.
    public init(_ session: Session, stamp: Date) {
        self.init(
            uid: SessionUID(session).description,
            sequence: Int(session.revision) - 1, starts: session.startsAt, ends: session.endsAt, stamp: stamp,
            summary: "Free introductory session at \(session.studio.name)",
            description: "Reference: \(session.reference)", location: session.studio.name,
            status: session.status == .cancelled ? .cancelled : .confirmed)
        isAccepted = session.confirmedAt != nil
    }
}

extension String {
    /// A space that prevents a line break.
    static let noBreakSpace = "\u{A0}"

    /// Returns the text in lines of at most `width` characters, broken at spaces; a longer word has a line of its own.
    ///
    /// No-break spaces are then replaced by spaces, which every program can search for.
    func wrapped(at width: Int) -> String {
        let (space, lineEnd) = (UInt8(ascii: " "), UInt8(ascii: "\n"))
        let octets = Array(utf8)
        var wrapped: [UInt8] = []
        wrapped.reserveCapacity(octets.count)
        var (start, column) = (0, 0)
        while start < octets.count {
            let end = octets[start...].firstIndex { $0 == space || $0 == lineEnd } ?? octets.count
            if start < end {
                let word = Self.word(octets[start..<end])
                if column > 0 {
                    let fits = column + 1 + word.length <= width
                    wrapped.append(fits ? space : lineEnd)
                    column = fits ? column + 1 : 0
                }
                wrapped += word.octets
                column += word.length
            }
            if end < octets.count, octets[end] == lineEnd {
                wrapped.append(lineEnd)
                column = 0
            }
            start = end + 1
        }
        return String(decoding: wrapped, as: UTF8.self)
    }

    /// Returns a word with no-break spaces replaced, and its number of characters.
    ///
    /// ASCII text, which is most words, needs no Unicode segmentation: its characters are octets.
    private static func word(_ octets: ArraySlice<UInt8>) -> (octets: ArraySlice<UInt8>, length: Int) {
        guard octets.contains(where: { $0 >= 0x80 }) else { return (octets, octets.count) }
        let text = String(decoding: octets, as: UTF8.self)
        let shown = octets.contains(0xA0) ? text.replacing(noBreakSpace, with: " ") : text
        return (ArraySlice(shown.utf8), text.count)
    }
}
