import Booking
import FoundationEssentials
import Messaging
import Postgres

/// What a message may speak of, whatever it is sent as.
struct TemplateContext: Sendable {
    private let current: @Sendable () -> TemplateLibrary
    private let phones = PhoneFormatter()

    /// Takes the templates from where they are read again when they change.
    init(templates current: @escaping @Sendable () -> TemplateLibrary) {
        self.current = current
    }

    var templates: TemplateLibrary { current() }

    /// The language in which a message is written: the client's, where there are words in it.
    func language(of claimed: ClaimedMessage, as form: TemplateForm) -> Language {
        Language(
            templateLanguage: templates.language(
                of: claimed.template, as: form, preferring: claimed.language.templateLanguage))
    }

    /// The values of a message.
    func values(of claimed: ClaimedMessage, in language: Language, at now: Date) -> [String: TemplateValue] {
        switch claimed.subject {
        case .session(let session): appointment(session, claimed, in: language, at: now).values
        case .day(let day):
            TrainerDayContext(
                trainer: day.trainer.name, home: day.studio, date: day.date,
                entries: day.sessions.map { session in
                    TrainerDayContext.Entry(
                        session: session, clientPhone: session.client.phone.map { phones.phone($0) },
                        isConfirmed: session.confirmedAt != nil)
                }, now: now, language: language
            ).values
        }
    }

    /// A session in words; staff are told the client's phone as well.
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

/// A session in the words of a message about it.
struct SessionContext {
    let session: Session
    /// Where to come.
    let address: String?
    /// The front desk's phone.
    let phone: PhoneFormatter.Phone?
    /// When the reader is told, which decides what "tomorrow" is.
    let now: Date
    /// The language of the message.
    var language = Language.english
    /// The client's phone, where staff are told.
    var clientPhone: PhoneFormatter.Phone?

    private var clock: StudioClock { session.studio.clock }

    /// What templates may speak of.
    var values: [String: TemplateValue] {
        let (wording, clock) = (language.wording, clock)
        let (date, time) = (clock.date(of: session.startsAt), clock.time(of: session.startsAt))
        let when = wording.when(date, from: clock.date(of: now))
        return SessionField.values { word in
            switch word {
            case .client: .text(session.client.name)
            case .trainer: .text(session.trainer.name)
            case .studio: .text(session.studio.name)
            case .reference: .text(session.reference.description)
            case .day: .text(wording.day(date))
            case .dayTitle: .text(wording.day(date).sentenceCased)
            case .when: .text(when)
            case .whenTitle: .text(when.sentenceCased)
            case .time: .text(wording.time(time))
            case .at: .text(wording.atTime(time))
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
            }
        }
    }

    /// What an entry of the client's calendar is called.
    var title: String { language.wording.calendarTitle(studio: session.studio.name) }

    /// What an entry of the client's calendar says besides its title.
    var note: String {
        language.wording.calendarNote(
            minutes: session.minutes, trainer: session.trainer.name, reference: session.reference.description,
            phone: phone?.text)
    }
}

extension Session {
    /// How long it is.
    var minutes: String { String(Int(endsAt.timeIntervalSince(startsAt) / 60)) }

    /// Such as `PST`; where a zone has no letters of its own, `UTC-03`.
    var zone: String {
        let name = studio.clock.abbreviation(startsAt)
        return name.hasPrefix("+") || name.hasPrefix("-") ? "UTC\(name)" : name
    }
}

/// One day of a trainer, in the words of the digest that tells of it.
struct TrainerDayContext {
    /// One session of the day.
    struct Entry {
        let session: Session
        /// The client's phone, to be called when the client is late.
        var clientPhone: PhoneFormatter.Phone?
        /// Whether the client has confirmed.
        var isConfirmed = false
    }

    let trainer: String
    /// The studio where the trainer is at home, and its clock.
    let home: Session.Place
    /// The day on that clock.
    let date: LocalDate
    /// The day's sessions, in any order.
    let entries: [Entry]
    /// When the trainer is told, which decides what "tomorrow" is.
    let now: Date
    /// The language of the digest.
    var language = Language.english

    /// What templates may speak of.
    var values: [String: TemplateValue] {
        let wording = language.wording
        let (day, when) = (wording.day(date), wording.when(date, from: home.clock.date(of: now)))
        return TrainerDayField.values { word in
            switch word {
            case .trainer: .text(trainer)
            case .studio: .text(home.name)
            case .day: .text(day)
            case .dayTitle: .text(day.sentenceCased)
            case .when: .text(when)
            case .whenTitle: .text(when.sentenceCased)
            case .count: .text(String(entries.count))
            case .total: .text(wording.sessions(entries.count))
            case .sessions: .list(entries.sorted { $0.order < $1.order }.map { $0.values(in: wording) })
            }
        }
    }
}

extension TrainerDayContext.Entry {
    /// Two sessions at one time, which only an override makes, keep one order.
    fileprivate var order: (Date, String) { (session.startsAt, session.reference.code) }

    fileprivate func values(in wording: any Wording) -> [String: TemplateValue] {
        let time = session.studio.clock.time(of: session.startsAt)
        return TrainerDayEntryField.values { word in
            switch word {
            case .time: .text(wording.time(time))
            case .at: .text(wording.atTime(time))
            case .zone: .text(session.zone)
            case .minutes: .text(session.minutes)
            case .client: .text(session.client.name)
            case .clientPhone: .optional(clientPhone?.nonBreakingText)
            case .clientPhoneNumber: .optional(clientPhone?.number.e164)
            case .reference: .text(session.reference.description)
            case .studio: .text(session.studio.name)
            case .confirmed: .flag(isConfirmed)
            }
        }
    }
}

/// What is said to somebody who answered a text with a word that is understood.
struct ReplyContext {
    /// The studio, or the chain where no studio is meant.
    let studio: String
    /// The front desk's phone.
    let phone: PhoneFormatter.Phone?

    /// What templates may speak of.
    var values: [String: TemplateValue] {
        ReplyField.values { word in
            switch word {
            case .studio: .text(studio)
            case .phone: .optional(phone?.nonBreakingText)
            case .phoneNumber: .optional(phone?.number.e164)
            }
        }
    }
}

/// Phone numbers as people write them; each is looked up in its numbering plan once, and a batch names the same few.
final class PhoneFormatter: Sendable {
    /// One number as people write it.
    struct Phone {
        let number: PhoneNumber
        let text: String
        /// The text to be kept on one line.
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
