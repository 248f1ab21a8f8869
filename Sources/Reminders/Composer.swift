public import Booking
public import BookingStore
public import FoundationEssentials
public import Messaging

/// Writes the mail for one row of the ledger.
public struct Composer: Sendable {
    private let templates: TemplateLibrary
    private let sender: Mailbox

    /// Takes the built-in templates.
    ///
    /// - Parameter sender: Who mail is from.
    /// - Throws: `TemplateError`.
    public init(sender: Mailbox) throws {
        templates = try TemplateLibrary(ReminderTemplates.sources)
        self.sender = sender
    }

    /// Writes the mail.
    ///
    /// The same row of the ledger always makes the same Message-ID (RFC 5322 section 3.6.4).
    ///
    /// - Parameters:
    ///   - handout: The row and its session.
    ///   - recipient: Whom it is for.
    ///   - now: The instant of sending.
    /// - Returns: The mail, ready to be carried.
    /// - Throws: `CompositionError` or `TemplateError`.
    public func mail(for handout: Handout, to recipient: Mailbox, at now: Date) throws -> MailMessage {
        let texts = try templates.renderMessage(handout.rule, with: Appointment(handout: handout).values)
        let code = handout.session.reference.code.lowercased()
        let domain = sender.address.split(separator: "@").last ?? "intro.invalid"
        return try MailMessage(
            from: sender,
            replyTo: try handout.email.map { try Mailbox(name: handout.session.studio.name, address: $0.address) },
            to: recipient, subject: texts.subject, text: texts.text, html: texts.html,
            calendar: try invitation(handout, to: recipient, at: now),
            messageID: "\(code).\(handout.rule).\(handout.session.revision)@\(domain)", date: now)
    }

    /// The calendar entry: REQUEST with a sequence that rises at each move, CANCEL when it is off (RFC 5546 section 3.2).
    private func invitation(_ handout: Handout, to recipient: Mailbox, at now: Date) throws -> MailMessage.Calendar {
        let method: ICalendar.Method = handout.session.status == .cancelled ? .cancel : .request
        var event = CalendarEvent(handout.session, stamp: now)
        event.location = [handout.session.studio.name, handout.address].compactMap(\.self).joined(separator: ", ")
        event.organizer = sender
        event.attendee = recipient
        return MailMessage.Calendar(
            ics: try ICalendar.render(events: [event], method: method, productID: CalendarEvent.productID),
            method: method)
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
            // The second of the booking keeps the name apart from those of other installations.
            uid: "\(session.reference.code.lowercased())-\(Int64(session.bookedAt.timeIntervalSince1970))@intro",
            sequence: Int(session.revision) - 1, starts: session.startsAt, ends: session.endsAt, stamp: stamp,
            summary: "Free introductory session with \(session.trainer.name)",
            description: "Reference \(session.reference)", location: session.studio.name,
            status: session.status == .cancelled ? .cancelled : .confirmed)
    }
}
