import Booking
import FoundationEssentials
import Locking
import Messaging

/// The source of the values of a message's fields.
struct TemplateContext: Sendable {
    private let current: @Sendable () -> TemplateLibrary
    private let phones = PhoneFormatter()

    /// Creates a context whose templates are reloaded when they change.
    init(templates current: @escaping @Sendable () -> TemplateLibrary) {
        self.current = current
    }

    var templates: TemplateLibrary { current() }

    /// Returns the language of a message: the client's, if the template exists in it.
    func language(of claimed: ClaimedMessage, as form: TemplateForm) -> Language {
        Language(
            templateLanguage: templates.language(
                of: claimed.template, as: form, preferring: claimed.language.templateLanguage))
    }

    /// Returns the values of a message's fields.
    func values(of claimed: ClaimedMessage, in language: Language, at now: Date) -> [String: TemplateValue] {
        switch claimed.subject {
        case .session(let session): appointment(session, claimed, in: language, at: now).values
        case .day(let day):
            TrainerDayContext(
                trainer: day.trainer, home: day.studio, date: day.date,
                entries: day.sessions.map { session in
                    TrainerDayContext.Entry(
                        session: session, clientPhone: session.client.phone.map { phones.phone($0) },
                        isConfirmed: session.confirmedAt != nil)
                }, now: now, language: language
            ).values
        case .changes(let changes):
            TrainerChangesContext(changes: changes, now: now, language: language, phone: phones.phone).values
        }
    }

    /// Returns the context of a session; for staff, it includes the client's phone.
    func appointment(
        _ session: Session, _ claimed: ClaimedMessage, in language: Language, at now: Date
    ) -> SessionContext {
        SessionContext(
            session: session, address: claimed.studioContact.address,
            phone: claimed.studioContact.phone.map { phones.phone($0) },
            now: now, language: language,
            clientPhone: claimed.audience == .client ? nil : session.client.phone.map { phones.phone($0) })
    }
}

/// The fields of a message about a session.
struct SessionContext {
    let session: Session
    /// The studio's address.
    let address: String?
    /// The front desk's phone.
    let phone: PhoneFormatter.Phone?
    /// The time of sending, which determines the meaning of "tomorrow".
    let now: Date
    /// The language of the message.
    var language = Language.english
    /// The client's phone, in messages to staff.
    var clientPhone: PhoneFormatter.Phone?

    private var clock: StudioClock { session.studio.clock }

    /// The values of the fields.
    var values: [String: TemplateValue] {
        let (wording, clock) = (language.wording, clock)
        let (date, time) = (clock.date(of: session.startsAt), clock.time(of: session.startsAt))
        let when = wording.when(date, from: clock.date(of: now))
        return SessionField.values { field in
            switch field {
            case .client: .text(session.client.name)
            case .firstName: .text(session.client.firstName)
            case .trainer: .text(session.trainer.name)
            case .studio: .text(session.studio.name)
            case .reference: .text(session.reference.description)
            case .day: .text(wording.day(date))
            case .dayTitle: .text(wording.day(date).sentenceCased)
            case .when: .text(when)
            case .whenTitle: .text(when.sentenceCased)
            case .time: .text(wording.time(time, in: clock.hourCycle))
            case .at: .text(wording.atTime(time, in: clock.hourCycle))
            case .zone: .text(session.zone)
            case .minutes: .text(session.minutes)
            case .address: .optional(address)
            case .phone: .optional(phone?.nonBreakingText)
            case .phoneNumber: .optional(phone?.number.e164)
            case .clientPhone: .optional(clientPhone?.nonBreakingText)
            case .clientPhoneNumber: .optional(clientPhone?.number.e164)
            case .booked: .flag(session.status != .cancelled && session.revision == 1)
            case .moved: .flag(session.status != .cancelled && session.revision > 1)
            case .cancelled: .flag(session.status == .cancelled)
            case .cancelledByStudio: .flag(session.cancelledBy == .studio)
            }
        }
    }

    /// The title of the client's calendar entry.
    var title: String { language.wording.calendarTitle(studio: session.studio.name) }

    /// The description of the client's calendar entry.
    var note: String {
        language.wording.calendarNote(
            minutes: session.minutes, trainer: session.trainer.name, reference: session.reference.description,
            phone: phone?.text)
    }
}

extension Session {
    /// The duration in minutes.
    var minutes: String { String(Int(endsAt.timeIntervalSince(startsAt) / 60)) }

    /// The abbreviation of the time zone, such as `PST`; `UTC-03` for a zone without letters.
    var zone: String {
        let name = studio.clock.abbreviation(startsAt)
        return name.hasPrefix("+") || name.hasPrefix("-") ? "UTC\(name)" : name
    }
}

/// The fields of a trainer's digest of one day.
struct TrainerDayContext {
    /// One session of the day.
    struct Entry {
        let session: Session
        /// The client's phone, for calls to a late client.
        var clientPhone: PhoneFormatter.Phone?
        /// Whether the client has confirmed.
        var isConfirmed = false
    }

    let trainer: Session.TrainerName
    /// The trainer's home studio, whose time zone applies.
    let home: Session.Place
    /// The date in that time zone.
    let date: LocalDate
    /// The day's sessions, in any order.
    let entries: [Entry]
    /// The time of sending, which determines the meaning of "tomorrow".
    let now: Date
    /// The language of the digest.
    var language = Language.english

    /// The values of the fields.
    var values: [String: TemplateValue] {
        let wording = language.wording
        let (day, when) = (wording.day(date), wording.when(date, from: home.clock.date(of: now)))
        return TrainerDayField.values { field in
            switch field {
            case .trainer: .text(trainer.name)
            case .trainerFirstName: .text(trainer.firstName)
            case .studio: .text(home.name)
            case .day: .text(day)
            case .dayTitle: .text(day.sentenceCased)
            case .when: .text(when)
            case .whenTitle: .text(when.sentenceCased)
            case .count: .text(String(entries.count))
            case .total: .text(wording.sessions(entries.count))
            case .zones: .text(Set(entries.map(\.session.zone)).sorted().joined(separator: ", "))
            case .sessions: .list(entries.sorted { $0.order < $1.order }.map { $0.values(in: wording) })
            }
        }
    }
}

extension TrainerDayContext.Entry {
    /// The sort key; the reference keeps the order stable for two sessions at one time, which only an override allows.
    fileprivate var order: (Date, String) { (session.startsAt, session.reference.code) }

    fileprivate func values(in wording: any Wording) -> [String: TemplateValue] {
        let clock = session.studio.clock
        let time = clock.time(of: session.startsAt)
        return TrainerDayEntryField.values { field in
            switch field {
            case .time: .text(wording.time(time, in: clock.hourCycle))
            case .at: .text(wording.atTime(time, in: clock.hourCycle))
            case .zone: .text(session.zone)
            case .minutes: .text(session.minutes)
            case .client: .text(session.client.name)
            case .clientPhone: .optional(clientPhone?.nonBreakingText)
            case .clientPhoneNumber: .optional(clientPhone?.number.e164)
            case .reference: .text(session.reference.description)
            case .studio: .text(session.studio.name)
            case .confirmed: .flag(isConfirmed)
            case .notes: .optional(session.notes.isEmpty ? nil : session.notes.map(\.text).joined(separator: "; "))
            }
        }
    }
}

/// The fields of a reply to an inbound text message.
struct ReplyContext {
    /// The studio, or the chain if no studio applies.
    let studio: String
    /// The front desk's phone.
    let phone: PhoneFormatter.Phone?

    /// The values of the fields.
    var values: [String: TemplateValue] {
        ReplyField.values { field in
            switch field {
            case .studio: .text(studio)
            case .phone: .optional(phone?.nonBreakingText)
            case .phoneNumber: .optional(phone?.number.e164)
            }
        }
    }
}

/// A cache of formatted phone numbers: formatting looks up the numbering plan, and a batch contains the same few
/// numbers.
final class PhoneFormatter: Sendable {
    /// A phone number and its formatted text.
    struct Phone {
        let number: PhoneNumber
        let text: String
        /// The text with no-break spaces.
        let nonBreakingText: String
    }

    private let phones = Guarded<[PhoneNumber: Phone]>([:])

    func phone(_ number: PhoneNumber) -> Phone {
        if let known = phones.withLock({ $0[number] }) { return known }
        let text = number.display
        let phone = Phone(
            number: number, text: text, nonBreakingText: text.replacing(" ", with: String.noBreakSpace))
        phones.withLock { $0[number] = phone }
        return phone
    }
}
