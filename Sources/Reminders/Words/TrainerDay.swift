import Booking
import FoundationEssentials
import Messaging

/// One day of a trainer, in the words of the digest that tells of it.
struct TrainerDay {
    /// One session of the day.
    struct Entry {
        let session: Session
        /// The client's phone, to be called when the client is late.
        var clientPhone: WrittenPhones.Phone?
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
        return TrainerDayWord.values { word in
            switch word {
            case .trainer: .text(trainer)
            case .studio: .text(home.name)
            case .day: .text(day)
            case .dayTitle: .text(day.titled)
            case .when: .text(when)
            case .whenTitle: .text(when.titled)
            case .count: .text(String(entries.count))
            case .total: .text(wording.sessions(entries.count))
            case .sessions: .list(entries.sorted { $0.order < $1.order }.map { $0.values(in: wording) })
            }
        }
    }
}

extension TrainerDay.Entry {
    /// Two sessions at one time, which only an override makes, keep one order.
    fileprivate var order: (Date, String) { (session.startsAt, session.reference.code) }

    fileprivate func values(in wording: any Wording) -> [String: TemplateValue] {
        let time = session.studio.clock.time(of: session.startsAt)
        return TrainerDayEntryWord.values { word in
            switch word {
            case .time: .text(wording.time(time))
            case .at: .text(wording.atTime(time))
            case .zone: .text(session.zone)
            case .minutes: .text(session.minutes)
            case .client: .text(session.client.name)
            case .clientPhone: .optional(clientPhone?.unbroken)
            case .clientPhoneNumber: .optional(clientPhone?.number.e164)
            case .reference: .text(session.reference.description)
            case .studio: .text(session.studio.name)
            case .confirmed: .flag(isConfirmed)
            }
        }
    }
}
