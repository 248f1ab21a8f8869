public import Booking
public import Messaging

/// How a language tells days and times.
protocol Wording: Sendable {
    /// A day as it stands in a sentence, such as `Tuesday, December 1`.
    func day(_ date: LocalDate) -> String
    /// When something is that lies on a day, such as `on Tuesday, December 1`.
    func onDay(_ date: LocalDate) -> String
    /// When something is that lies so many days ahead, such as `tomorrow`; `nil` where the day itself is to be named.
    func daysAhead(_ days: Int) -> String?
    /// A time, such as `9:00 AM`.
    func time(_ time: LocalTime) -> String
    /// When something is that begins at a time, such as `at 9:00 AM`.
    func atTime(_ time: LocalTime) -> String
    /// So many sessions, such as `2 sessions`.
    func sessions(_ count: Int) -> String
    /// What a client's calendar calls the session.
    func calendarTitle(studio: String) -> String
    /// What an entry of a client's calendar says besides its title.
    func calendarNote(minutes: String, trainer: String, reference: String, phone: String?) -> String
}

extension Wording {
    /// When something is, seen from another day.
    func when(_ date: LocalDate, from today: LocalDate) -> String {
        daysAhead(today.days(to: date)) ?? onDay(date)
    }
}

extension Language {
    /// How the language tells days and times.
    var wording: any Wording {
        switch self {
        case .english: EnglishWording()
        case .spanish: SpanishWording()
        }
    }

    /// The code in the names of templates; English ones carry none.
    public var ofTemplates: TemplateLanguage? {
        switch self {
        case .english: nil
        case .spanish: "es"
        }
    }

    /// The language of templates whose names carry this code, or none.
    public init(ofTemplates code: TemplateLanguage?) {
        self = code.flatMap { Language(rawValue: $0.code) } ?? .english
    }
}

extension String {
    /// This text as a line begins.
    var titled: String { prefix(1).uppercased() + dropFirst() }
}

extension LocalTime {
    /// The hour as a clock with hands shows it, and the minutes.
    var onClockFace: String {
        let (hour, minute) = (minutes / 60 % 12, minutes % 60)
        return "\(hour == 0 ? 12 : hour):\(minute < 10 ? "0" : "")\(minute)"
    }

    /// Whether it is before noon.
    var isMorning: Bool { minutes % 1440 < 720 }
}
