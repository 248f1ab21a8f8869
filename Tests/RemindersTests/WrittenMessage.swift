import Booking
import BookingStore
import Foundation
import Messaging

@testable import Reminders

/// One of the built-in messages about Ana's session on Tuesday, 2026-12-01, at 17:00 UTC.
struct WrittenMessage: CustomStringConvertible {
    static let library = Result { try ReminderTemplates.library() }

    /// Every built-in message in every language.
    static let all = TemplateSpecification.reminders.messages.keys.sorted().flatMap { name in
        Language.allCases.map { WrittenMessage(name: name, language: $0) }
    }

    /// The messages that are sent as mail, and those that are sent as text messages.
    static let mails = all.filter { $0.forms.contains(.mail) }
    static let texts = all.filter { $0.forms.contains(.sms) }

    /// The messages about one session.
    static let aboutSessions = all.filter {
        !["trainer-digest", "opted-out", "opted-in", "help"].contains($0.name) && !trainerNotices.contains($0.name)
    }

    /// The messages about changes for a trainer.
    static let trainerNotices = ["trainer-booked", "trainer-moved", "trainer-cancelled"]

    /// The messages about one session that are sent to the client.
    static let toClients = aboutSessions.filter(\.isForClient)

    let name: String
    let language: Language

    /// Whether the message about a session is sent to the client, not to staff.
    var isForClient: Bool { !(["staff", "call-back"] + Self.trainerNotices).contains(name) }

    /// Returns the part of the client's name that a mail contains: the first word in mail to the client.
    func shownName(of client: String) -> String {
        isForClient ? client.split(whereSeparator: \.isWhitespace).first.map { String($0) } ?? client : client
    }

    var description: String { "\(name) (\(language.rawValue))" }

    var forms: Set<TemplateForm> { TemplateSpecification.reminders.messages[name]?.forms ?? [] }

    /// Returns the parts of the message by kind.
    func parts(_ details: Details = Details()) throws -> [TemplateKind: String] {
        let (library, values) = (try Self.library.get(), try values(details))
        var parts: [TemplateKind: String] = [:]
        if forms.contains(.mail) {
            let texts = try library.renderMessage(name, in: language.templateLanguage, with: values)
            (parts[.subject], parts[.text], parts[.html]) = (texts.subject, texts.text.wrapped(at: 72), texts.html)
        }
        if forms.contains(.sms) {
            parts[.sms] = try library.renderSMS(name, in: language.templateLanguage, with: values)
        }
        return parts
    }

    private func values(_ details: Details) throws -> [String: TemplateValue] {
        let (phone, clientPhone) = (try details.phone("+12135550100"), try details.phone("+13235550123"))
        switch name {
        case "trainer-digest":
            let entries = [9, 10].map {
                TrainerDayContext.Entry(session: details.session(atHour: $0), clientPhone: clientPhone)
            }
            return TrainerDayContext(
                trainer: details.trainerName, home: details.studio, date: LocalDate(daysSince1970: 20_788),
                entries: entries, now: details.now, language: language
            ).values
        case "trainer-booked", "trainer-moved", "trainer-cancelled":
            return try details.changes([name]).values(in: language, at: details.now)
        case "opted-out", "opted-in", "help": return ReplyContext(studio: details.studio.name, phone: phone).values
        default:
            // Follow-ups are sent the morning after the session.
            var details = details
            if ["no-show", "attended"].contains(name) { details.now += 2 * 86_400 }
            var appointment = try details.appointment(in: language)
            appointment.clientPhone = clientPhone
            return appointment.values
        }
    }
}

/// The facts of a message.
struct Details {
    var client = "Ana Lopez"
    var trainer = "Maria Lopez"
    var studioName = "Downtown Strength"
    var zone = "America/Los_Angeles"
    var status = Session.Status.booked
    var revision: Int32 = 1
    var hasContacts = true
    /// 9 AM on the day before the session.
    var now = Date(timeIntervalSince1970: 1_796_058_000)

    var trainerName: Session.TrainerName {
        Session.TrainerName(id: Trainer.ID(1), handle: "maria", name: trainer)
    }

    var address: String? { hasContacts ? "500 S Hope St, Los Angeles, CA 90071" : nil }

    var studio: Session.Place {
        guard let clock = try? StudioClock(timeZone: zone, hourCycle: .twelve) else { fatalError("no zone \(zone)") }
        return Session.Place(id: Studio.ID(1), handle: "downtown", name: studioName, clock: clock)
    }

    func phone(_ number: String) throws -> PhoneFormatter.Phone? {
        hasContacts ? PhoneFormatter().phone(try PhoneNumber(e164: number)) : nil
    }

    func appointment(in language: Language) throws -> SessionContext {
        SessionContext(
            session: session(), address: address, phone: try phone("+12135550100"), now: now, language: language)
    }

    /// Returns a change of each rule, of sessions at 9, 10 and so on.
    func changes(_ rules: [String]) throws -> TrainerChanges {
        let changes = try rules.enumerated().map { index, rule in
            var details = self
            if rule == "trainer-cancelled" { details.status = .cancelled }
            var session = details.session(atHour: 9 + index)
            if hasContacts {
                session = try session.with(clientPhone: PhoneNumber(e164: "+13235550123"))
            }
            return TrainerChanges.Change(
                row: ClaimedMessage.Row(id: Int64(index), rule: rule, revision: 1), session: session,
                formerStart: rule == "trainer-booked" ? nil : session.startsAt - (rule == "trainer-moved" ? 3600 : 0))
        }
        return TrainerChanges(trainer: trainerName, changes: changes)
    }

    func session(atHour hour: Int = 9) -> Session {
        let start = Date(timeIntervalSince1970: 1_796_144_400 + Double(hour - 9) * 3600)
        return Session(
            id: Session.ID(1), reference: Reference(bits: UInt64(hour)), status: status, revision: revision,
            client: Client(id: Client.ID(1), name: client, email: nil, phone: nil),
            trainer: Session.TrainerName(id: Trainer.ID(1), handle: "maria", name: trainer), studio: studio,
            startsAt: start, endsAt: start + 1200, bookedAt: start - 864_000, overrideReason: nil, cancelReason: nil)
    }
}

extension TrainerChanges {
    /// Returns the values of the template fields.
    func values(in language: Language, at now: Date) -> [String: TemplateValue] {
        TrainerChangesContext(changes: self, now: now, language: language, phone: PhoneFormatter().phone).values
    }
}

extension Session {
    fileprivate func with(clientPhone phone: PhoneNumber) -> Session {
        Session(
            id: id, reference: reference, status: status, revision: revision,
            client: Client(id: client.id, name: client.name, email: nil, phone: phone), trainer: trainer,
            studio: studio, startsAt: startsAt, endsAt: endsAt, bookedAt: bookedAt, overrideReason: nil,
            cancelReason: nil)
    }
}

/// The number of SMS segments of a text, computed independently of the program.
enum Segments {
    private static let alphabet = Set(
        "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
            .unicodeScalars)
    private static let extended = Set("^{}\\[~]|€".unicodeScalars)

    static func count(_ text: String) -> Int {
        let isCheap = text.unicodeScalars.allSatisfy { alphabet.contains($0) || extended.contains($0) }
        let units =
            isCheap
            ? text.unicodeScalars.reduce(0) { $0 + (extended.contains($1) ? 2 : 1) } : text.utf16.count
        let (one, many) = isCheap ? (160, 153) : (70, 67)
        return units <= one ? 1 : (units + many - 1) / many
    }
}
