/// A cron entry as crontab(5) defines it: minute, hour, day of month, month and day of week.
///
/// A field is `*`, a value, a range (`8-18`), a list of those (`1,15-20`), or any of the first three with a step:
/// `*/15`, `10-50/20`, and `5/15`, which continues to the maximum. Months and days of the week have names, `jan` to
/// `dec` and `sun` to `sat`, in either case; 0 and 7 both mean Sunday.
///
/// Where day of month and day of week are both restricted, a day matches if either of them does. A field that begins
/// with `*` does not count as restricted, so `0 0 */2 * mon` matches the Mondays with an odd date.
///
/// The nicknames `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly` and `@annually` replace five
/// fields.
public struct Cron: Sendable, Hashable, CustomStringConvertible {
    /// The entry as given, with one space between fields.
    public let description: String

    let minute: CronField
    let hour: CronField
    let dayOfMonth: CronField
    let month: CronField
    let dayOfWeek: CronField

    /// Parses an entry of five fields, or a nickname.
    ///
    /// - Parameter text: The entry, such as `30 2 * * mon-fri` or `@daily`; fields are separated by spaces or tabs.
    /// - Throws: `CronError` where a field is missing, superfluous or invalid, or where the entry never matches, like
    ///   the 30th of February.
    public init(_ text: String) throws(CronError) {
        let parts = text.split { $0 == " " || $0 == "\t" }.map(String.init)
        description = parts.joined(separator: " ")
        let fields = try Cron.fields(parts)
        minute = try CronField(fields[0], unit: .minute)
        hour = try CronField(fields[1], unit: .hour)
        dayOfMonth = try CronField(fields[2], unit: .dayOfMonth)
        month = try CronField(fields[3], unit: .month)
        dayOfWeek = try CronField(fields[4], unit: .dayOfWeek)
        if neverOccurs {
            throw CronError(
                field: CronUnit.dayOfMonth.rawValue,
                problem: "\(CronError.quoted(fields[2])) never comes in month \(CronError.quoted(fields[3]))",
                hint: "write a day that one of the months has; February's last is the 29th")
        }
    }

    /// Returns whether the fields of two entries match the same values, regardless of notation.
    public static func == (left: Cron, right: Cron) -> Bool { left.fields == right.fields }

    /// Hashes the values of the fields.
    public func hash(into hasher: inout Hasher) { hasher.combine(fields) }

    private var fields: [CronField] { [minute, hour, dayOfMonth, month, dayOfWeek] }
}

extension Cron {
    /// Whether the entry has a fixed time of day, in contrast to one that repeats within an hour or a day.
    ///
    /// The distinction matters only at a change of the UTC offset, such as the start of daylight saving time.
    var isFixed: Bool { !minute.isWildcard && !hour.isWildcard }

    /// Whether a day matches if either the day of month or the day of week does.
    var isEitherDay: Bool { !dayOfMonth.isWildcard && !dayOfWeek.isWildcard }

    private var neverOccurs: Bool {
        guard !isEitherDay, let earliest = dayOfMonth.values.first(from: 1) else { return false }
        // Every date of the calendar falls on each day of the week in some year, including the leap day.
        let longest = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return !longest.indices.contains { month.values.contains($0) && earliest <= longest[$0] }
    }

    private static func fields(_ parts: [String]) throws(CronError) -> [String] {
        if parts.count == 1, parts[0].hasPrefix("@") {
            guard let fields = nicknames[parts[0].lowercased()] else {
                throw CronError(
                    field: "cron", problem: "has no nickname \(CronError.quoted(parts[0]))",
                    hint: "write @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually")
            }
            return fields.split(separator: " ").map(String.init)
        }
        guard parts.count == CronUnit.allCases.count else {
            let count = "\(parts.count) field\(parts.count == 1 ? "" : "s")"
            throw CronError(
                field: "cron",
                problem: "has \(count) in \(CronError.quoted(parts.joined(separator: " "))), not five",
                hint: "write minute, hour, day of month, month and day of week, like \"30 2 * * mon-fri\", or @daily")
        }
        return parts
    }

    private static let nicknames = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]
}

/// The reason why a text is not a valid schedule.
public struct CronError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The invalid part: `minute`, `hour`, `day of month`, `month`, `day of week`, `cron` for the whole, or `time
    /// zone`.
    public let field: String
    /// The problem, as a phrase that follows the name of the part: `cannot be "61"`.
    public let problem: String
    /// The values allowed: `write 0 to 59, like "5", "0,30", "10-50/20" or "*/15"`.
    public let hint: String

    /// The three parts as one sentence.
    public var description: String { "\(field) \(problem); \(hint)" }
}

extension CronError {
    /// Returns a text in quotes, limited to 60 characters, with everything but printable ASCII escaped.
    static func quoted(_ text: some StringProtocol) -> String {
        let visible = text.unicodeScalars.prefix(60).map { $0.escaped(asASCII: true) }.joined()
        return "\"\(visible)\(text.unicodeScalars.count > 60 ? "..." : "")\""
    }
}
