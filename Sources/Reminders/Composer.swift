import Booking
public import BookingStore
public import FoundationEssentials
public import Messaging

/// Writes the mail for one row of the ledger.
public struct Composer: Sendable {
    /// Long enough to read, short enough to be quoted (RFC 5322 section 2.1.1 asks for at most 78 characters).
    private static let lineWidth = 72

    private let templates: TemplateLibrary
    private let sender: Mailbox
    private let phones = WrittenPhones()

    /// Takes the built-in templates.
    ///
    /// - Parameter sender: Who mail is from.
    /// - Throws: `TemplateError`.
    public init(sender: Mailbox) throws {
        templates = try TemplateLibrary(ReminderTemplates.sources)
        self.sender = sender
    }

    /// Writes the mail; the same row of the ledger always makes the same Message-ID (RFC 5322 section 3.6.4).
    ///
    /// - Parameters:
    ///   - handout: The row and its session.
    ///   - recipient: The session's client.
    ///   - now: The instant of sending.
    /// - Returns: The mail, with its calendar entry.
    /// - Throws: `CompositionError` or `TemplateError`.
    public func mail(for handout: Handout, to recipient: Mailbox, at now: Date) throws -> MailMessage {
        let phone = handout.phone.map { phones.phone($0) }
        let appointment = Appointment(handout: handout, phone: phone, now: now)
        let texts = try templates.renderMessage(handout.rule, with: appointment.values)
        let code = handout.session.reference.code.lowercased()
        let domain = sender.address.split(separator: "@").last ?? "intro.invalid"
        return try MailMessage(
            from: sender,
            replyTo: try handout.email.map { try Mailbox(name: handout.session.studio.name, address: $0.address) },
            to: recipient, subject: texts.subject, text: texts.text.wrapped(at: Self.lineWidth), html: texts.html,
            calendar: try invitation(appointment, to: recipient, at: now),
            messageID: "\(code).\(handout.rule).\(handout.session.revision)@\(domain)", date: now)
    }

    /// The calendar entry: REQUEST with a sequence that rises at each move, CANCEL when it is off (RFC 5546 section 3.2).
    private func invitation(
        _ appointment: Appointment, to recipient: Mailbox, at now: Date
    ) throws -> MailMessage.Calendar {
        let handout = appointment.handout
        let method: ICalendar.Method = handout.session.status == .cancelled ? .cancel : .request
        var event = CalendarEvent(handout.session, stamp: now)
        event.description = appointment.note
        event.location = [handout.session.studio.name, handout.address].compactMap(\.self).joined(separator: ", ")
        event.organizer = sender
        event.attendee = recipient
        return MailMessage.Calendar(
            ics: try ICalendar.render(events: [event], method: method, productID: CalendarEvent.productID),
            method: method)
    }
}
