/// A time on a studio's wall clock, to the minute: 00:00 to 24:00, the last only as an end.
public struct LocalTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Minutes past midnight, 0 to 1440.
    public let minutes: Int

    /// Where a day begins.
    public static let midnight = LocalTime(unchecked: 0)

    /// Where a day ends: 24:00.
    public static let endOfDay = LocalTime(unchecked: 1440)

    /// Makes a time from its minutes past midnight; nil outside of 0 to 1440.
    ///
    /// - Parameter minutes: Minutes past midnight.
    public init?(minutes: Int) {
        guard (0...1440).contains(minutes) else { return nil }
        self.minutes = minutes
    }

    /// Reads a time as people type it: `09:00`, `9:00`, or `24:00` for the end of a day.
    ///
    /// - Parameters:
    ///   - text: Hours and minutes.
    ///   - field: What an error calls it.
    /// - Throws: `InvalidInput` where a clock never shows it.
    public init(_ text: String, field: String = "time") throws(InvalidInput) {
        var cursor = Cursor(Substring(text.utf8.trimmingSpaces))
        guard let time = LocalTime(reading: &cursor), cursor.isAtEnd else {
            throw InvalidInput(
                field: field, problem: "\(quoted(text)) is not a time of day", hint: "write it from 00:00 to 24:00")
        }
        self = time
    }

    /// The time as a clock shows it: `09:00`.
    public var description: String { "\(padded(minutes / 60, to: 2)):\(padded(minutes % 60, to: 2))" }

    /// Orders times within a day.
    public static func < (left: LocalTime, right: LocalTime) -> Bool { left.minutes < right.minutes }

    private init(unchecked minutes: Int) {
        self.minutes = minutes
    }
}

extension LocalTime {
    /// Takes `h:mm` or `hh:mm` from the cursor; nil where the text is anything else.
    init?(reading cursor: inout Cursor) {
        guard let hour = cursor.digits(1...2), cursor.take(":"), let minute = cursor.digits(2...2), minute < 60 else {
            return nil
        }
        self.init(minutes: hour * 60 + minute)
    }
}
