/// A day of the week, numbered as ISO 8601 does: Monday is 1.
public enum Weekday: Int, CaseIterable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// ISO weekday 1.
    case monday = 1
    /// ISO weekday 2.
    case tuesday
    /// ISO weekday 3.
    case wednesday
    /// ISO weekday 4.
    case thursday
    /// ISO weekday 5.
    case friday
    /// ISO weekday 6.
    case saturday
    /// ISO weekday 7.
    case sunday

    /// Reads an English name, short (`tue`) or full (`Tuesday`), in any case; nil for any other word.
    ///
    /// - Parameter name: One word.
    public init?(name: some StringProtocol) {
        let name = name.lowercased()
        guard let day = Weekday.allCases.first(where: { $0.name == name || $0.fullName == name }) else { return nil }
        self = day
    }

    /// The short English name: `mon`.
    public var name: String { String(fullName.prefix(3)) }

    /// The English name in small letters: `monday`.
    public var fullName: String {
        switch self {
        case .monday: "monday"
        case .tuesday: "tuesday"
        case .wednesday: "wednesday"
        case .thursday: "thursday"
        case .friday: "friday"
        case .saturday: "saturday"
        case .sunday: "sunday"
        }
    }

    /// The short English name.
    public var description: String { name }

    /// The day after; Monday after Sunday.
    public var next: Weekday { Weekday(rawValue: rawValue % 7 + 1) ?? .monday }

    /// Orders days within the week, Monday first.
    public static func < (left: Weekday, right: Weekday) -> Bool { left.rawValue < right.rawValue }

    /// The full name as a heading has it, such as `Monday`.
    public var title: String { fullName.prefix(1).uppercased() + fullName.dropFirst() }
}
