/// How long after something a message is due: days of the studio's calendar, then minutes; below zero, before it.
public struct RuleOffset: Hashable, Sendable, CustomStringConvertible {
    /// Days of the calendar, which keep the wall-clock time also where the clocks change.
    public let days: Int
    /// Minutes after that.
    public let minutes: Int

    /// At once.
    public static let none = RuleOffset(days: 0, minutes: 0)

    /// Puts a lag together from its stored parts.
    public init(days: Int, minutes: Int) {
        self.days = days
        self.minutes = minutes
    }

    /// Reads a lag as people type it: `-3d`, `-2h`, `+1d`, `1d12h` or `0`.
    ///
    /// - Parameters:
    ///   - text: A length of time, after a sign.
    ///   - field: What an error calls it.
    /// - Throws: `InvalidInput` where it is none, or longer than a year.
    public init(_ text: String, field: String = "offset") throws(InvalidInput) {
        var typed = Substring(text.utf8.trimmingSpaces)
        let isBefore = typed.first == "-"
        if isBefore || typed.first == "+" { typed = typed.dropFirst() }
        let total = try DurationInput.minutes(String(typed), field: field, in: 0...365 * 1440)
        let sign = isBefore ? -1 : 1
        self.init(days: sign * (total / 1440), minutes: sign * (total % 1440))
    }

    /// Whether it is before.
    public var isBefore: Bool { days < 0 || minutes < 0 }

    /// Whether it is after.
    public var isAfter: Bool { days > 0 || minutes > 0 }

    /// The lag as it is typed: `-3d`, `+1d12h`, `0`.
    public var description: String {
        guard self != .none else { return "0" }
        return (isBefore ? "-" : "+") + DurationInput.text(minutes: abs(days) * 1440 + abs(minutes))
    }
}
