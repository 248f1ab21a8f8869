/// A language of the names of days and months in typed times.
public enum PhraseLanguage: String, CaseIterable, Sendable {
    /// English.
    case english = "en"
    /// Spanish, in addition to English.
    case spanish = "es"
}

/// A part of every day, such as the morning.
struct DayPart: Equatable, Sendable {
    /// The first minute of the day, 0 to 1440.
    let from: Int
    /// The end in minutes, exclusive.
    let until: Int

    static let morning = DayPart(from: 0, until: 12 * 60)
    static let afternoon = DayPart(from: 12 * 60, until: 17 * 60)
    static let evening = DayPart(from: 17 * 60, until: 24 * 60)
    /// The Spanish `tarde`: afternoon and early evening.
    static let tarde = DayPart(from: 12 * 60, until: 20 * 60)
}

/// The words of time phrases in one language.
struct TimeWords: Sendable {
    /// The meaning of a word that is neither a weekday nor a month.
    enum Meaning: Equatable, Sendable {
        case now, soonest, this, next, last, week, noon, midnight, after, before, ahead, ago, connective
        /// A number of days from today.
        case day(Int)
        /// This evening.
        case tonight
        case part(DayPart)
        /// A part of each day: `mornings`.
        case everyPart(DayPart)
        /// A Saturday and the Sunday after it.
        case weekend
        /// The same days of every week.
        case days(Set<Weekday>)
    }

    let language: PhraseLanguage

    func weekday(_ word: String) -> Weekday? {
        Weekday(name: word) ?? (language == .spanish ? Self.spanishWeekdays[word] : nil)
    }

    func month(_ word: String) -> Int? {
        Self.month(word, in: Self.englishMonths) ?? (language == .spanish ? Self.spanishMonth(word) : nil)
    }

    func meaning(_ word: String) -> Meaning? {
        Self.english[word] ?? (language == .spanish ? Self.spanish[word] : nil)
    }

    /// Returns the meaning of several words, such as `fin de semana`, and their number.
    ///
    /// - Parameters:
    ///   - tokens: The tokens.
    ///   - offset: The number of tokens before the first word.
    /// - Returns: A weekend, or days of every week; `nil` for other words.
    func compound(_ tokens: TimeTokens, from offset: Int = 0) -> (meaning: Meaning, length: Int)? {
        guard language == .spanish else { return nil }
        let found = Self.spanishCompounds.first { compound in
            compound.words.indices.allSatisfy { tokens.word(offset + $0) == compound.words[$0] }
        }
        return found.map { (meaning: $0.meaning, length: $0.words.count) }
    }

    /// Returns the minutes of a unit of time.
    func unit(_ word: String) -> Int? {
        if let minutes = DurationInput.minutes(inUnit: word) { return minutes }
        guard language == .spanish else { return nil }
        switch word {
        case "minuto", "minutos": return 1
        case "hora", "horas": return 60
        case "dia", "dias": return 1440
        case "semana", "semanas": return 7 * 1440
        default: return nil
        }
    }

    /// Returns whether a word is a preposition between a day and a month: `8 of december`, `8 de diciembre`.
    func isOf(_ word: String) -> Bool { word == "of" || (language == .spanish && word == "de") }
}

extension TimeWords {
    private static let english: [String: Meaning] = [
        "now": .now, "soonest": .soonest, "today": .day(0), "tomorrow": .day(1), "yesterday": .day(-1),
        "tonight": .tonight, "this": .this, "next": .next, "last": .last, "week": .week, "weekend": .weekend,
        "weekday": .days(workdays), "weekdays": .days(workdays), "weekends": .days([.saturday, .sunday]),
        "daily": .days(Set(Weekday.allCases)), "noon": .noon, "midnight": .midnight, "after": .after,
        "before": .before, "in": .ahead, "ago": .ago, "at": .connective, "on": .connective, "the": .connective,
        "morning": .part(.morning), "afternoon": .part(.afternoon), "evening": .part(.evening),
        "night": .part(.evening), "mornings": .everyPart(.morning), "afternoons": .everyPart(.afternoon),
        "evenings": .everyPart(.evening), "nights": .everyPart(.evening),
    ]

    private static let spanish: [String: Meaning] = [
        "ahora": .now, "hoy": .day(0), "manana": .day(1), "ayer": .day(-1), "este": .this, "esta": .this,
        "proximo": .next, "proxima": .next, "semana": .week, "mediodia": .noon, "medianoche": .midnight,
        "despues": .after, "antes": .before, "en": .ahead, "a": .connective, "al": .connective, "las": .connective,
        "la": .connective, "el": .connective, "de": .connective, "del": .connective, "por": .connective,
        "tarde": .part(.tarde), "noche": .part(.evening), "mananas": .everyPart(.morning),
        "tardes": .everyPart(.tarde), "noches": .everyPart(.evening),
    ]

    private static let spanishCompounds: [(words: [String], meaning: Meaning)] = [
        (["fin", "de", "semana"], .weekend), (["fines", "de", "semana"], .days([.saturday, .sunday])),
        (["entre", "semana"], .days(workdays)),
    ]

    static let workdays: Set<Weekday> = [.monday, .tuesday, .wednesday, .thursday, .friday]

    private static let spanishWeekdays: [String: Weekday] = {
        let names: [(Weekday, [String])] = [
            (.monday, ["lunes", "lun"]), (.tuesday, ["martes", "mar"]), (.wednesday, ["miercoles", "mie"]),
            (.thursday, ["jueves", "jue"]), (.friday, ["viernes", "vie"]), (.saturday, ["sabado", "sab"]),
            (.sunday, ["domingo", "dom"]),
        ]
        return names.reduce(into: [:]) { days, entry in
            for name in entry.1 { days[name] = entry.0 }
        }
    }()

    private static let englishMonths = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]

    private static let spanishMonths = [
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
        "noviembre", "diciembre",
    ]

    private static func spanishMonth(_ word: String) -> Int? {
        word == "setiembre" || word == "set" ? 9 : month(word, in: spanishMonths)
    }

    /// Returns the number of a month by its full name or its first three letters; `sept` is September.
    private static func month(_ word: String, in names: [String]) -> Int? {
        if word == "sept" { return 9 }
        return names.firstIndex { $0 == word || $0.prefix(3) == word }.map { $0 + 1 }
    }
}
