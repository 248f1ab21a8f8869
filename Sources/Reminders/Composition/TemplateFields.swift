import Booking
import Messaging

/// What templates of messages about one session may speak of, to clients and to staff.
///
/// Words are in the language of the message, days and times on the studio's clock.
public enum SessionField: String, Sendable, CaseIterable {
    /// The client's name.
    case client
    /// The trainer's name.
    case trainer
    /// The studio's name.
    case studio
    /// What the client says on the phone: `K7Q2-9FXM`.
    case reference
    /// The day as it stands in a sentence: `Tuesday, December 1`, `martes 1 de diciembre`.
    case day
    /// The day as a line begins: `Tuesday, December 1`, `Martes 1 de diciembre`.
    case dayTitle
    /// The day seen from the one on which the message goes out: `tomorrow`, `in three days`, `on Tuesday, December 1`.
    case when
    /// The same as a line begins: `Tomorrow`.
    case whenTitle
    /// The start: `9:00 AM`, `9:00 a. m.`.
    case time
    /// The start as it stands in a sentence: `at 9:00 AM`, `a las 9:00 a. m.`.
    case at
    /// The letters of the studio's time zone: `PST`.
    case zone
    /// How many minutes the session takes: `20`.
    case minutes
    /// Where to come; may be absent.
    case address
    /// The front desk's phone as people write it; may be absent.
    case phone
    /// The same for a link: `+12135550100`; may be absent.
    case phoneNumber
    /// The client's phone as people write it; only for staff, may be absent.
    case clientPhone
    /// The same for a link; only for staff, may be absent.
    case clientPhoneNumber
    /// Shows a section where the session is booked, and has been as it is from the beginning.
    case booked
    /// Shows a section where the session has another time or trainer than at first.
    case moved
    /// Shows a section where the session is cancelled.
    case cancelled
}

/// What the templates of a trainer's digest may speak of.
public enum TrainerDayField: String, Sendable, CaseIterable {
    /// The trainer's name.
    case trainer
    /// The name of the studio where the trainer is at home.
    case studio
    /// The day as it stands in a sentence.
    case day
    /// The day as a line begins.
    case dayTitle
    /// The day seen from the one on which the digest goes out: `tomorrow`.
    case when
    /// The same as a line begins: `Tomorrow`.
    case whenTitle
    /// How many sessions, as a number: `3`.
    case count
    /// How many sessions, in words: `3 sessions`.
    case total
    /// Repeats a section for each session, in their order; in it stand the words of ``TrainerDayEntryField``.
    case sessions
}

/// What is said of each session in a trainer's digest.
public enum TrainerDayEntryField: String, Sendable, CaseIterable {
    /// The start: `9:00 AM`.
    case time
    /// The start as it stands in a sentence: `at 9:00 AM`.
    case at
    /// The letters of the studio's time zone: `PST`.
    case zone
    /// How many minutes the session takes: `20`.
    case minutes
    /// The client's name.
    case client
    /// The client's phone as people write it; may be absent.
    case clientPhone
    /// The same for a link; may be absent.
    case clientPhoneNumber
    /// What the client says on the phone: `K7Q2-9FXM`.
    case reference
    /// The studio's name.
    case studio
    /// Shows a section where the client has confirmed.
    case confirmed
}

/// What the answers to an inbound text may speak of.
public enum ReplyField: String, Sendable, CaseIterable {
    /// The name of the studio, or of the chain where no studio is meant.
    case studio
    /// The front desk's phone as people write it; may be absent.
    case phone
    /// The same for a link; may be absent.
    case phoneNumber
}

extension CaseIterable where Self: RawRepresentable<String> {
    /// A value for every word, by its name.
    static func values<Value>(_ value: (Self) -> Value) -> [String: Value] {
        var values = [String: Value](minimumCapacity: allCases.count)
        for word in allCases { values[word.rawValue] = value(word) }
        return values
    }
}

/// Long, and yet such as real ones get: whoever's text fits these, it fits nearly everybody.
extension SessionField {
    /// A value for each word.
    static func samples(_ language: Language) -> [String: TemplateValue] {
        let wording = language.wording
        return values { word in
            switch word {
            case .client: "María Fernanda Hernández-Castellanos"
            case .trainer: "Alejandra Montgomery"
            case .studio: "Downtown Strength & Balance"
            case .reference: "K7Q2-9FXM"
            case .day: .text(wording.day(.sample))
            case .dayTitle: .text(wording.day(.sample).sentenceCased)
            case .when: .text(wording.onDay(.sample))
            case .whenTitle: .text(wording.onDay(.sample).sentenceCased)
            case .time: .text(wording.time(.sample))
            case .at: .text(wording.atTime(.sample))
            case .zone: "UTC+12:45"
            case .minutes: "60"
            case .address: "1234 Martin Luther King Jr. Boulevard, Suite 210, Los Angeles, CA 90037"
            case .phone, .clientPhone: "+1 213-555-0100"
            case .phoneNumber, .clientPhoneNumber: "+12135550100"
            case .booked: true
            case .moved, .cancelled: false
            }
        }
    }
}

extension TrainerDayField {
    /// A value for each word.
    static func samples(_ language: Language) -> [String: TemplateValue] {
        let (about, wording) = (SessionField.samples(language), language.wording)
        let entry: [String: TemplateValue] = TrainerDayEntryField.values { word in
            word == .confirmed ? true : about[word.rawValue, default: ""]
        }
        return values { word in
            switch word {
            case .trainer, .studio, .day, .dayTitle, .when, .whenTitle: about[word.rawValue, default: ""]
            case .count: "12"
            case .total: .text(wording.sessions(12))
            case .sessions: .list(Array(repeating: entry, count: 12))
            }
        }
    }
}

extension ReplyField {
    /// A value for each word.
    static func samples(_ language: Language) -> [String: TemplateValue] {
        let about = SessionField.samples(language)
        return values { about[$0.rawValue, default: ""] }
    }
}

extension LocalDate {
    /// Wednesday, 2026-09-30: no day has a longer name in either language.
    fileprivate static let sample = LocalDate(daysSince1970: 20_726)
}

extension LocalTime {
    /// Half past twelve.
    fileprivate static let sample = LocalTime(minutes: 750) ?? .midnight
}
