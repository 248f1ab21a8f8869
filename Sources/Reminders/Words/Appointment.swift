import Booking
import FoundationEssentials
import Messaging

/// A session in the words of a message about it.
struct Appointment {
    let session: Session
    /// Where to come.
    let address: String?
    /// The front desk's phone.
    let phone: WrittenPhones.Phone?
    /// When the reader is told, which decides what "tomorrow" is.
    let now: Date
    /// The language of the message.
    var language = Language.english
    /// The client's phone, where staff are told.
    var clientPhone: WrittenPhones.Phone?

    private var clock: StudioClock { session.studio.clock }

    /// What templates may speak of.
    var values: [String: TemplateValue] {
        let (wording, clock) = (language.wording, clock)
        let (date, time) = (clock.date(of: session.startsAt), clock.time(of: session.startsAt))
        let when = wording.when(date, from: clock.date(of: now))
        return AppointmentWord.values { word in
            switch word {
            case .client: .text(session.client.name)
            case .trainer: .text(session.trainer.name)
            case .studio: .text(session.studio.name)
            case .reference: .text(session.reference.description)
            case .day: .text(wording.day(date))
            case .dayTitle: .text(wording.day(date).titled)
            case .when: .text(when)
            case .whenTitle: .text(when.titled)
            case .time: .text(wording.time(time))
            case .at: .text(wording.atTime(time))
            case .zone: .text(session.zone)
            case .minutes: .text(session.minutes)
            case .address: .optional(address)
            case .phone: .optional(phone?.unbroken)
            case .phoneNumber: .optional(phone?.number.e164)
            case .clientPhone: .optional(clientPhone?.unbroken)
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
