/// A time of day as it was typed, which may leave open the half of the day.
struct ClockReading: Equatable, Sendable {
    /// The seconds after midnight that the text can mean.
    enum Seconds: Equatable, Sendable {
        case exact(Int)
        /// A time without `am` or `pm`; the fallback is the reading on the 24-hour clock, if the text has minutes.
        case open(am: Int, pm: Int, fallback: Int?)
        /// The beginning of the day, or its end.
        case midnight
    }

    let seconds: Seconds

    static let noon = ClockReading(seconds: .exact(12 * 3600))
    static let midnight = ClockReading(seconds: .midnight)
    static let endOfDay = 24 * 3600
}

/// A time of day that no clock shows, such as 25:00.
struct ImpossibleClockTime: Error, Equatable {}

extension TimeTokens {
    /// Consumes a time of day in digits; returns `nil` if no number of up to four digits follows.
    ///
    /// The forms are `9`, `9am`, `9:30 p.m.`, `9.30am`, `0930`, `14:30`, `14:30:05.75`.
    ///
    /// - Throws: ``ImpossibleClockTime``.
    mutating func clockReading() throws(ImpossibleClockTime) -> ClockReading? {
        guard let number = number(digits: 1...4), let digits = peek()?.text else { return nil }
        advance()
        var hour = number
        var minute: Int?
        var second = 0
        if digits.count > 2 {
            (hour, minute) = (number / 100, number % 100)
        } else if take(symbol: ":", glued: true) {
            minute = try twoDigits()
            if take(symbol: ":", glued: true) { second = try wholeSeconds() }
        } else if isSymbol(".", glued: true), let minutes = self.number(1, digits: 2...2, glued: true) {
            minute = minutes
            advance(2)
        }
        let isPadded = digits.hasPrefix("0") || digits.count == 4
        return try reading(hour, minute, second, isPadded: isPadded)
    }

    private mutating func reading(
        _ hour: Int, _ minute: Int?, _ second: Int, isPadded: Bool
    ) throws(ImpossibleClockTime) -> ClockReading {
        let rest = (minute ?? 0) * 60 + second
        guard minute ?? 0 < 60, second < 60, hour * 3600 + rest <= ClockReading.endOfDay else {
            throw ImpossibleClockTime()
        }
        let am = hour % 12 * 3600 + rest
        let pm = am + 12 * 3600
        if let isPM = takeHalf() {
            guard (1...12).contains(hour) else { throw ImpossibleClockTime() }
            return ClockReading(seconds: .exact(isPM ? pm : am))
        }
        let isOpen = (1...12).contains(hour) && (minute == nil || (!isPadded && hour < 12))
        guard isOpen else { return ClockReading(seconds: .exact(hour * 3600 + rest)) }
        return ClockReading(seconds: .open(am: am, pm: pm, fallback: minute == nil ? nil : am))
    }

    private mutating func twoDigits() throws(ImpossibleClockTime) -> Int {
        guard let number = number(digits: 2...2, glued: true) else { throw ImpossibleClockTime() }
        advance()
        return number
    }

    /// Consumes seconds and an optional fraction, which is ignored.
    private mutating func wholeSeconds() throws(ImpossibleClockTime) -> Int {
        let seconds = try twoDigits()
        guard take(symbol: ".", glued: true) else { return seconds }
        guard number(digits: 1...9, glued: true) != nil else { throw ImpossibleClockTime() }
        advance()
        return seconds
    }

    /// Consumes `am`, `a.m.`, `pm` or `p.m.`; returns whether it is the second half of the day.
    private mutating func takeHalf() -> Bool? {
        guard let word = word() else { return nil }
        if word == "am" || word == "pm" {
            advance()
            return word == "pm"
        }
        guard word == "a" || word == "p", isSymbol(".", 1, glued: true), self.word(2) == "m" else { return nil }
        advance(3)
        _ = take(symbol: ".", glued: true)
        return word == "p"
    }
}
