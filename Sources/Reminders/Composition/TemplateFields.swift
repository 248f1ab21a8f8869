import Booking
import Messaging

/// The template fields of messages about one session, to clients and to staff.
///
/// Texts are in the language of the message, dates and times in the studio's time zone.
public enum SessionField: String, Sendable, CaseIterable {
    /// The client's full name: `Catherine Nguyễn`.
    case client
    /// The first word of the client's name, for greetings: `Catherine`.
    case firstName
    /// The trainer's name.
    case trainer
    /// The studio's name.
    case studio
    /// The reference that the client gives on the phone: `K7Q2-9FXM`.
    case reference
    /// The date within a sentence: `Tuesday, December 1`, `martes 1 de diciembre`.
    case day
    /// The date at the start of a line: `Tuesday, December 1`, `Martes 1 de diciembre`.
    case dayTitle
    /// The date relative to the day of sending: `tomorrow`, `in three days`, `on Tuesday, December 1`.
    case when
    /// The relative date at the start of a line: `Tomorrow`.
    case whenTitle
    /// The start time: `9:00 AM`, `9:00 a. m.`; `09:00` outside the US.
    case time
    /// The start time within a sentence: `at 9:00 AM`, `a las 9:00 a. m.`, `at 09:00`.
    case at
    /// The abbreviation of the studio's time zone: `PST`.
    case zone
    /// The duration in minutes: `20`.
    case minutes
    /// The studio's address; may be absent.
    case address
    /// The front desk's phone, formatted; may be absent.
    case phone
    /// The front desk's phone for a link: `+12135550100`; may be absent.
    case phoneNumber
    /// The client's phone, formatted; only for staff, may be absent.
    case clientPhone
    /// The client's phone for a link; only for staff, may be absent.
    case clientPhoneNumber
    /// Shows a section if the session is booked and unchanged.
    case booked
    /// Shows a section if the session's time or trainer has changed.
    case moved
    /// Shows a section if the session is cancelled.
    case cancelled
    /// Shows a section if the studio cancelled the session.
    case cancelledByStudio
}

/// The template fields of a trainer's digest.
public enum TrainerDayField: String, Sendable, CaseIterable {
    /// The trainer's name.
    case trainer
    /// The first word of the trainer's name, for greetings.
    case trainerFirstName
    /// The name of the trainer's home studio.
    case studio
    /// The date within a sentence.
    case day
    /// The date at the start of a line.
    case dayTitle
    /// The date relative to the day of sending: `tomorrow`.
    case when
    /// The relative date at the start of a line: `Tomorrow`.
    case whenTitle
    /// The number of sessions: `3`.
    case count
    /// The number of sessions as text: `3 sessions`.
    case total
    /// The abbreviations of the sessions' time zones: `PST`, `MST, PST`.
    case zones
    /// Repeats a section for each session in order; the section uses the fields of ``TrainerDayEntryField``.
    case sessions
}

/// The template fields of each session in a trainer's digest.
public enum TrainerDayEntryField: String, Sendable, CaseIterable {
    /// The start time: `9:00 AM`.
    case time
    /// The start time within a sentence: `at 9:00 AM`.
    case at
    /// The abbreviation of the studio's time zone: `PST`.
    case zone
    /// The duration in minutes: `20`.
    case minutes
    /// The client's name.
    case client
    /// The client's phone, formatted; may be absent.
    case clientPhone
    /// The client's phone for a link; may be absent.
    case clientPhoneNumber
    /// The reference that the client gives on the phone: `K7Q2-9FXM`.
    case reference
    /// The studio's name.
    case studio
    /// Shows a section if the client has confirmed.
    case confirmed
    /// The notes about the client; may be absent.
    case notes
}

/// The template fields of replies to inbound text messages.
public enum ReplyField: String, Sendable, CaseIterable {
    /// The name of the studio, or of the chain if no studio applies.
    case studio
    /// The front desk's phone, formatted; may be absent.
    case phone
    /// The front desk's phone for a link; may be absent.
    case phoneNumber
}

extension CaseIterable where Self: RawRepresentable<String> {
    /// Returns a value for every case, by its raw value.
    static func values<Value>(_ value: (Self) -> Value) -> [String: Value] {
        var values = [String: Value](minimumCapacity: allCases.count)
        for field in allCases { values[field.rawValue] = value(field) }
        return values
    }
}

/// Sample values of realistic maximum length: a message that fits with these values fits for nearly every recipient.
extension SessionField {
    /// Returns a sample value of each field.
    static func samples(_ language: Language) -> [String: TemplateValue] {
        let wording = language.wording
        return values { field in
            switch field {
            case .client: "María Fernanda Hernández-Castellanos"
            case .firstName: "Maximiliano"
            case .trainer: "Alejandra Montgomery"
            case .studio: "Downtown Strength & Balance"
            case .reference: "K7Q2-9FXM"
            case .day: .text(wording.day(.sample))
            case .dayTitle: .text(wording.day(.sample).sentenceCased)
            case .when: .text(wording.onDay(.sample))
            case .whenTitle: .text(wording.onDay(.sample).sentenceCased)
            case .time: .text(wording.time(.sample, in: .twelve))
            case .at: .text(wording.atTime(.sample, in: .twelve))
            case .zone: "UTC+12:45"
            case .minutes: "60"
            case .address: "1234 Martin Luther King Jr. Boulevard, Suite 210, Los Angeles, CA 90037"
            case .phone, .clientPhone: "+1 213-555-0100"
            case .phoneNumber, .clientPhoneNumber: "+12135550100"
            case .booked: true
            case .moved, .cancelled, .cancelledByStudio: false
            }
        }
    }
}

extension TrainerDayField {
    /// Returns a sample value of each field.
    static func samples(_ language: Language) -> [String: TemplateValue] {
        let (about, wording) = (SessionField.samples(language), language.wording)
        let entry: [String: TemplateValue] = TrainerDayEntryField.values { field in
            switch field {
            case .confirmed: true
            case .notes: "Prefers mornings; knee surgery in May"
            case .time, .at, .zone, .minutes, .client, .clientPhone, .clientPhoneNumber, .reference, .studio:
                about[field.rawValue, default: ""]
            }
        }
        return values { field in
            switch field {
            case .trainer, .studio, .day, .dayTitle, .when, .whenTitle: about[field.rawValue, default: ""]
            case .trainerFirstName: about[SessionField.firstName.rawValue, default: ""]
            case .zones: about[SessionField.zone.rawValue, default: ""]
            case .count: "12"
            case .total: .text(wording.sessions(12))
            case .sessions: .list(Array(repeating: entry, count: 12))
            }
        }
    }
}

extension ReplyField {
    /// Returns a sample value of each field.
    static func samples(_ language: Language) -> [String: TemplateValue] {
        let about = SessionField.samples(language)
        return values { about[$0.rawValue, default: ""] }
    }
}

extension LocalDate {
    /// Wednesday, 2026-09-30, whose name is the longest in either language.
    fileprivate static let sample = LocalDate(daysSince1970: 20_726)
}

extension LocalTime {
    /// 12:30 PM.
    fileprivate static let sample = LocalTime(minutes: 750) ?? .midnight
}
