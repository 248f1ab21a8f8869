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
    public var templateLanguage: TemplateLanguage? {
        switch self {
        case .english: nil
        case .spanish: "es"
        }
    }

    /// The language of templates whose names carry this code, or none.
    public init(templateLanguage code: TemplateLanguage?) {
        self = code.flatMap { Language(rawValue: $0.code) } ?? .english
    }
}

extension String {
    /// This text as a line begins.
    var sentenceCased: String { prefix(1).uppercased() + dropFirst() }
}

extension LocalTime {
    /// The hour as a clock with hands shows it, and the minutes.
    var twelveHourTime: String {
        let (hour, minute) = (minutes / 60 % 12, minutes % 60)
        return "\(hour == 0 ? 12 : hour):\(minute < 10 ? "0" : "")\(minute)"
    }

    /// Whether it is before noon.
    var isMorning: Bool { minutes % 1440 < 720 }
}

/// English as the United States write it.
struct EnglishWording: Wording {
    func day(_ date: LocalDate) -> String { "\(date.weekday.title), \(Self.months[date.month - 1]) \(date.day)" }

    func onDay(_ date: LocalDate) -> String { "on \(day(date))" }

    func daysAhead(_ days: Int) -> String? {
        switch days {
        case -1: "yesterday"
        case 0: "today"
        case 1: "tomorrow"
        case 2...6: "in \(Self.numbers[days - 2]) days"
        default: nil
        }
    }

    /// Whoever books by phone in these regions says it so.
    func time(_ time: LocalTime) -> String { "\(time.twelveHourTime) \(time.isMorning ? "AM" : "PM")" }

    func atTime(_ time: LocalTime) -> String { "at \(self.time(time))" }

    func sessions(_ count: Int) -> String {
        switch count {
        case 0: "no sessions"
        case 1: "1 session"
        default: "\(count) sessions"
        }
    }

    func calendarTitle(studio: String) -> String { "Free introductory session at \(studio)" }

    func calendarNote(minutes: String, trainer: String, reference: String, phone: String?) -> String {
        ["\(minutes) minutes with \(trainer).", "Reference: \(reference)", phone.map { "Phone: \($0)" }]
            .compactMap(\.self).joined(separator: "\n")
    }

    private static let numbers = ["two", "three", "four", "five", "six"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}

/// Spanish as the United States write it: days in small letters, a clock of twelve hours.
struct SpanishWording: Wording {
    func day(_ date: LocalDate) -> String {
        "\(Self.weekdays[date.weekday.rawValue - 1]) \(date.day) de \(Self.months[date.month - 1])"
    }

    func onDay(_ date: LocalDate) -> String { "el \(day(date))" }

    func daysAhead(_ days: Int) -> String? {
        switch days {
        case -1: "ayer"
        case 0: "hoy"
        case 1: "mañana"
        case 2...6: "dentro de \(Self.numbers[days - 2]) días"
        default: nil
        }
    }

    /// The two letters of the abbreviation stay on one line.
    func time(_ time: LocalTime) -> String {
        "\(time.twelveHourTime) \(time.isMorning ? "a" : "p").\(String.noBreakSpace)m."
    }

    /// One o'clock is the one hour that is singular.
    func atTime(_ time: LocalTime) -> String {
        "\(time.minutes / 60 % 12 == 1 ? "a la" : "a las") \(self.time(time))"
    }

    func sessions(_ count: Int) -> String {
        switch count {
        case 0: "ninguna sesión"
        case 1: "1 sesión"
        default: "\(count) sesiones"
        }
    }

    func calendarTitle(studio: String) -> String { "Sesión de introducción gratuita en \(studio)" }

    func calendarNote(minutes: String, trainer: String, reference: String, phone: String?) -> String {
        ["\(minutes) minutos con \(trainer).", "Referencia: \(reference)", phone.map { "Teléfono: \($0)" }]
            .compactMap(\.self).joined(separator: "\n")
    }

    private static let numbers = ["dos", "tres", "cuatro", "cinco", "seis"]
    private static let weekdays = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]
    private static let months = [
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
        "diciembre",
    ]
}
