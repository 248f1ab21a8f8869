public import Booking
public import FoundationEssentials
public import Messaging

/// Writes mail for rows of the ledger.
public struct MailComposer: Sendable {
    /// Long enough to read, short enough to be quoted (RFC 5322 section 2.1.1 asks for at most 78 characters).
    private static let lineWidth = 72

    private let context: TemplateContext
    private let sender: Mailbox
    private let unsubscribing: String?

    /// Takes the words.
    ///
    /// - Parameters:
    ///   - templates: The words.
    ///   - sender: Who mail is from.
    ///   - unsubscribing: Where a link that ends the mail leads to, without the token that ends it; `nil` is no link.
    public init(templates: TemplateLibrary, sender: Mailbox, unsubscribing: String? = nil) {
        self.init(templates: { templates }, sender: sender, unsubscribing: unsubscribing)
    }

    /// Takes the words from where they are read again when they change.
    ///
    /// - Parameters:
    ///   - store: The words.
    ///   - sender: Who mail is from.
    ///   - unsubscribing: Where a link that ends the mail leads to, without the token that ends it; `nil` is no link.
    public init(templates store: TemplateStore, sender: Mailbox, unsubscribing: String? = nil) {
        self.init(templates: { store.library }, sender: sender, unsubscribing: unsubscribing)
    }

    private init(templates: @escaping @Sendable () -> TemplateLibrary, sender: Mailbox, unsubscribing: String?) {
        context = TemplateContext(templates: templates)
        self.sender = sender
        self.unsubscribing = unsubscribing
    }

    /// A mail, ready to be carried.
    ///
    /// - Parameters:
    ///   - claimed: The row of the ledger, and what it is about.
    ///   - now: The instant of sending.
    /// - Returns: The mail, and what the ledger keeps of it.
    /// - Throws: `CompositionError` or `TemplateError`.
    public func renderedMessage(for claimed: ClaimedMessage, at now: Date) throws
        -> DeliveryChannel<MailEnvelope>.RenderedMessage
    {
        let mail = try mail(for: claimed, at: now)
        return DeliveryChannel.RenderedMessage(
            item: MailEnvelope(mail.render(), from: sender, to: mail.to),
            copy: DeliveryRecord.Copy(subject: mail.subject, body: mail.text))
    }

    /// Writes the mail; the same row of the ledger always makes the same Message-ID (RFC 5322 section 3.6.4).
    ///
    /// - Parameters:
    ///   - claimed: The row of the ledger, and what it is about.
    ///   - now: The instant of sending.
    /// - Returns: The mail; one to a client about a session that is to come, or off, has its calendar entry.
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

    /// What only a client has a reason to follow: staff cannot opt out of their work.
    private func link(_ claimed: ClaimedMessage) throws -> UnsubscribeLink? {
        guard let unsubscribing, let token = claimed.unsubscribeToken, claimed.audience == .client else { return nil }
        return try UnsubscribeLink(unsubscribing + token.uuidString.lowercased())
    }

    /// The calendar entry: REQUEST with a sequence that rises at each move, CANCEL when it is off (RFC 5546 section 3.2).
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
    /// The left side of its Message-ID: the same for the same row of the ledger, and no other's.
    var idName: String {
        switch subject {
        case .session(let session):
            MessageName(reference: session.reference, rule: rule, revision: revision).text
        case .day(let day): "\(day.trainer.handle).\(day.date).\(rule)"
        }
    }
}

extension CalendarEvent {
    /// The program that writes our calendars.
    public static let productID = "-//Intro//Introductory sessions//EN"

    /// A session as an entry of a calendar, the same entry for the whole life of the session.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - stamp: When this form of the entry was made.
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
    /// Keeps two words on one line.
    static let noBreakSpace = "\u{A0}"

    /// This text in lines of at most so many characters, broken at spaces; a longer word keeps a line of its own.
    ///
    /// A no-break space has then done its work, and becomes a space that every program can search for.
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

    /// A word as it is shown, and how many characters it has.
    ///
    /// In ASCII, characters are octets, and these are counted much faster: few words are of anything else.
    private static func word(_ octets: ArraySlice<UInt8>) -> (octets: ArraySlice<UInt8>, length: Int) {
        guard octets.contains(where: { $0 >= 0x80 }) else { return (octets, octets.count) }
        let text = String(decoding: octets, as: UTF8.self)
        let shown = octets.contains(0xA0) ? text.replacing(noBreakSpace, with: " ") : text
        return (ArraySlice(shown.utf8), text.count)
    }
}
