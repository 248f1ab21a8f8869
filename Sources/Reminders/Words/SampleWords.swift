import Booking
import Messaging

/// Long, and yet such as real ones get: whoever's text fits these, it fits nearly everybody.
extension AppointmentWord {
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
            case .dayTitle: .text(wording.day(.sample).titled)
            case .when: .text(wording.onDay(.sample))
            case .whenTitle: .text(wording.onDay(.sample).titled)
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

extension TrainerDayWord {
    /// A value for each word.
    static func samples(_ language: Language) -> [String: TemplateValue] {
        let (about, wording) = (AppointmentWord.samples(language), language.wording)
        let entry: [String: TemplateValue] = TrainerDayEntryWord.values { word in
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

extension AnswerWord {
    /// A value for each word.
    static func samples(_ language: Language) -> [String: TemplateValue] {
        let about = AppointmentWord.samples(language)
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
