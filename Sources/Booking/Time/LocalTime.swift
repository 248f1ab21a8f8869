/// A local time of day, to the minute: 00:00 to 24:00, the latter only as an end.
public struct LocalTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The minutes after midnight, 0 to 1440.
    public let minutes: Int

    /// The beginning of a day: 00:00.
    public static let midnight = LocalTime(unchecked: 0)

    /// The end of a day: 24:00.
    public static let endOfDay = LocalTime(unchecked: 1440)

    /// Creates a time from the minutes after midnight; returns `nil` outside 0 to 1440.
    ///
    /// - Parameter minutes: The minutes after midnight.
    public init?(minutes: Int) {
        guard (0...1440).contains(minutes) else { return nil }
        self.minutes = minutes
    }

    /// Parses a time: `09:00`, `9:00`, `9am`, `9:30 p.m.`, `noon`, or `24:00` for the end of a day.
    ///
    /// Minutes without `am` or `pm` are on the 24-hour clock.
    ///
    /// - Parameters:
    ///   - text: The hours and minutes.
    ///   - field: The name of the field in an error.
    /// - Throws: `InvalidInput` if the text is not a time of day.
    public init(_ text: String, field: String = "time") throws(InvalidInput) {
        guard let minutes = LocalTime.minutes(of: text), let time = LocalTime(minutes: minutes) else {
            throw InvalidInput(
                field: field, problem: "\(quoted(text)) is not a time of day",
                hint: "write it from 00:00 to 24:00, or like 9am")
        }
        self = time
    }

    /// The time with two digits each for hours and minutes: `09:00`.
    public var description: String { "\(padded(minutes / 60, to: 2)):\(padded(minutes % 60, to: 2))" }

    /// Orders times chronologically.
    public static func < (left: LocalTime, right: LocalTime) -> Bool { left.minutes < right.minutes }

    private init(unchecked minutes: Int) {
        self.minutes = minutes
    }
}

extension LocalTime {
    /// Returns the minutes after midnight of a text; `nil` if it is not one time of day to the minute.
    private static func minutes(of text: String) -> Int? {
        guard text.utf8.count <= 40 else { return nil }
        var tokens = TimeTokens(text)
        if tokens.take(word: "noon") { return tokens.isAtEnd ? 12 * 60 : nil }
        guard let reading = try? tokens.clockReading(), tokens.isAtEnd else { return nil }
        switch reading.seconds {
        case .exact(let second): return second.isMultiple(of: 60) ? second / 60 : nil
        case .open(_, _, let fallback): return fallback.map { $0 / 60 }
        case .midnight: return nil
        }
    }
}
