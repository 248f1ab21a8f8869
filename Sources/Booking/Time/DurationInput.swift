/// A parser and formatter of durations as people type them: `2h`, `90m`, `1h30m`, `60d`, `2 weeks`, or minutes.
public enum DurationInput {
    /// The maximum: ten years, in minutes.
    ///
    /// A longer duration is considered a typing error.
    public static let longest = 10 * 366 * 1440

    /// Parses a duration.
    ///
    /// A day is 24 hours and a week is seven days, regardless of clock changes.
    ///
    /// - Parameters:
    ///   - text: Numbers with units (m, h, d, w or the full words), the largest unit first; or one number of minutes
    ///     without a unit.
    ///   - field: The name of the field in an error.
    ///   - range: The accepted durations, in minutes.
    /// - Returns: The duration in minutes.
    /// - Throws: `InvalidInput` if the text is not a duration, is negative, or is out of range.
    public static func minutes(
        _ text: String, field: String = "duration", in range: ClosedRange<Int> = 1...longest
    ) throws(InvalidInput) -> Int {
        let typed = Substring(text.utf8.trimmingSpaces)
        guard !typed.hasPrefix("-") else {
            throw InvalidInput(field: field, problem: "\(quoted(text)) is negative", hint: hint)
        }
        guard let minutes = sum(typed) else {
            throw InvalidInput(field: field, problem: "\(quoted(text)) is not a length of time", hint: hint)
        }
        guard range.contains(minutes) else {
            let problem = minutes < range.lowerBound ? "is too short" : "is too long"
            throw InvalidInput(
                field: field, problem: "\(quoted(text)) \(problem)",
                hint: "write \(DurationInput.text(minutes: range.lowerBound)) to "
                    + DurationInput.text(minutes: range.upperBound))
        }
        return minutes
    }

    /// Returns a duration as text that parses to the same duration: `1h30m`.
    ///
    /// - Parameter minutes: Whole minutes, not negative.
    /// - Returns: The days, hours and minutes that are not zero; `0m` for zero.
    public static func text(minutes: Int) -> String {
        let parts = [(minutes / 1440, "d"), (minutes / 60 % 24, "h"), (minutes % 60, "m")]
        let text = parts.filter { $0.0 != 0 }.map { "\($0.0)\($0.1)" }.joined()
        return text.isEmpty ? "0m" : text
    }

    /// Returns a duration in words: `1 hour 30 minutes`.
    ///
    /// - Parameter minutes: Whole minutes, not negative.
    /// - Returns: The days, hours and minutes that are not zero; `0 minutes` for zero.
    public static func words(minutes: Int) -> String {
        let parts = [(minutes / 1440, "day"), (minutes / 60 % 24, "hour"), (minutes % 60, "minute")]
        let words = parts.filter { $0.0 != 0 }.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: " ")
        return words.isEmpty ? "0 minutes" : words
    }

    private static let hint = "write it like 45m, 2h, 1h30m or 60d"

    private static func sum(_ typed: Substring) -> Int? {
        var cursor = Cursor(typed)
        var total = 0
        var lastUnit = Int.max
        repeat {
            // Nine digits exceed the maximum in every unit, and do not overflow even in weeks.
            guard let number = cursor.digits(1...9) else { return nil }
            cursor.skipSpaces()
            let word = cursor.letters().lowercased()
            let isBare = word.isEmpty && lastUnit == .max && cursor.isAtEnd
            guard let unit = isBare ? 1 : minutes(inUnit: word), unit < lastUnit else { return nil }
            total += number * unit
            lastUnit = unit
            cursor.skipSpaces()
        } while !cursor.isAtEnd
        return total
    }

    /// Returns the minutes of a unit: `h`, `hours`; `nil` for any other word.
    static func minutes(inUnit word: String) -> Int? {
        switch word {
        case "m", "min", "mins", "minute", "minutes": 1
        case "h", "hr", "hrs", "hour", "hours": 60
        case "d", "day", "days": 1440
        case "w", "wk", "wks", "week", "weeks": 7 * 1440
        default: nil
        }
    }
}
