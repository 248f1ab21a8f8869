public import Booking
public import Messaging

/// The wording of dates, times and counts in a language.
protocol Wording: Sendable {
    /// Returns a date within a sentence, such as `Tuesday, December 1`.
    func day(_ date: LocalDate) -> String
    /// Returns a date as an adverbial phrase, such as `on Tuesday, December 1`.
    func onDay(_ date: LocalDate) -> String
    /// Returns a number of days ahead as an adverbial phrase, such as `tomorrow`; `nil` if the date should be named
    /// instead.
    func daysAhead(_ days: Int) -> String?
    /// Returns a time, such as `9:00 AM` or `09:00`.
    func time(_ time: LocalTime, in hours: HourCycle) -> String
    /// Returns a time as an adverbial phrase, such as `at 9:00 AM` or `at 09:00`.
    func atTime(_ time: LocalTime, in hours: HourCycle) -> String
    /// Returns a number of sessions, such as `2 sessions`.
    func sessions(_ count: Int) -> String
    /// Returns a number of changes, such as `2 changes`.
    func changes(_ count: Int) -> String
    /// Returns the title of the client's calendar entry.
    func calendarTitle(studio: String) -> String
    /// Returns the description of the client's calendar entry.
    func calendarNote(minutes: String, trainer: String, reference: String, phone: String?) -> String
}

extension Wording {
    /// Returns a date relative to another date as an adverbial phrase.
    func when(_ date: LocalDate, from today: LocalDate) -> String {
        daysAhead(today.days(to: date)) ?? onDay(date)
    }
}

extension Language {
    /// The wording of the language.
    var wording: any Wording {
        switch self {
        case .english: EnglishWording()
        case .spanish: SpanishWording()
        }
    }

    /// The language code in template names; `nil` for English.
    public var templateLanguage: TemplateLanguage? {
        switch self {
        case .english: nil
        case .spanish: "es"
        }
    }

    /// Creates the language of a code in template names; no code is English.
    public init(templateLanguage code: TemplateLanguage?) {
        self = code.flatMap { Language(rawValue: $0.code) } ?? .english
    }
}

extension String {
    /// The text with an initial capital.
    var sentenceCased: String { prefix(1).uppercased() + dropFirst() }
}

/// US English.
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

    func time(_ time: LocalTime, in hours: HourCycle) -> String {
        hours == .twelve ? "\(time.text(in: hours)) \(time.half)" : time.text(in: hours)
    }

    func atTime(_ time: LocalTime, in hours: HourCycle) -> String { "at \(self.time(time, in: hours))" }

    func sessions(_ count: Int) -> String {
        switch count {
        case 0: "no sessions"
        case 1: "1 session"
        default: "\(count) sessions"
        }
    }

    func changes(_ count: Int) -> String { count == 1 ? "1 change" : "\(count) changes" }

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

/// US Spanish: weekdays and months in lower case.
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

    /// A no-break space keeps the abbreviation on one line.
    func time(_ time: LocalTime, in hours: HourCycle) -> String {
        guard hours == .twelve else { return time.text(in: hours) }
        return "\(time.text(in: hours)) \(time.half == "AM" ? "a" : "p").\(String.noBreakSpace)m."
    }

    /// One o'clock is the only hour with a singular article.
    func atTime(_ time: LocalTime, in hours: HourCycle) -> String {
        let hour = time.minutes / 60 % (hours == .twelve ? 12 : 24)
        return "\(hour == 1 ? "a la" : "a las") \(self.time(time, in: hours))"
    }

    func sessions(_ count: Int) -> String {
        switch count {
        case 0: "ninguna sesión"
        case 1: "1 sesión"
        default: "\(count) sesiones"
        }
    }

    func changes(_ count: Int) -> String { count == 1 ? "1 cambio" : "\(count) cambios" }

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
