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

    /// Parses a time: `09:00`, `9:00`, or `24:00` for the end of a day.
    ///
    /// - Parameters:
    ///   - text: The hours and minutes.
    ///   - field: The name of the field in an error.
    /// - Throws: `InvalidInput` if the text is not a time of day.
    public init(_ text: String, field: String = "time") throws(InvalidInput) {
        var cursor = Cursor(Substring(text.utf8.trimmingSpaces))
        guard let time = LocalTime(reading: &cursor), cursor.isAtEnd else {
            throw InvalidInput(
                field: field, problem: "\(quoted(text)) is not a time of day", hint: "write it from 00:00 to 24:00")
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
    /// Consumes `h:mm` or `hh:mm`; returns `nil` if the text has another form.
    init?(reading cursor: inout Cursor) {
        guard let hour = cursor.digits(1...2), cursor.take(":"), let minute = cursor.digits(2...2), minute < 60 else {
            return nil
        }
        self.init(minutes: hour * 60 + minute)
    }
}
