/// When something repeats, as crontab(5) writes it: minute, hour, day of month, month and day of week.
///
/// A field is `*`, a value, a range (`8-18`), a list of those (`1,15-20`), or any of the first three with a step: `*/15`,
/// `10-50/20`, and `5/15`, which goes on to the end. Months and days of the week have names, `jan` to `dec` and `sun` to
/// `sat`, in any case; 0 and 7 are both Sunday.
///
/// Where day of month and day of week are both restricted, a day on which either holds is enough. A field that begins with
/// `*` does not count as restricted, so `0 0 */2 * mon` comes on the Mondays with an odd date.
///
/// The nicknames `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly` and `@annually` stand for five fields.
public struct Cron: Sendable, Hashable, CustomStringConvertible {
    /// The entry as it was written, its fields one space apart.
    public let description: String

    let minute: CronField
    let hour: CronField
    let dayOfMonth: CronField
    let month: CronField
    let dayOfWeek: CronField

    /// Reads an entry of five fields, or a nickname.
    ///
    /// - Parameter text: Such as `30 2 * * mon-fri` or `@daily`; fields are parted by spaces or tabs.
    /// - Throws: `CronError` where a field is missing, extra or cannot be read, or where the entry would never come, like
    ///   the 30th of February.
    public init(_ text: String) throws(CronError) {
        let words = text.split { $0 == " " || $0 == "\t" }.map(String.init)
        description = words.joined(separator: " ")
        let fields = try Cron.fields(words)
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

    /// Two entries are one where their fields hold at the same values, however they are written.
    public static func == (left: Cron, right: Cron) -> Bool { left.fields == right.fields }

    /// Hashes what the fields hold.
    public func hash(into hasher: inout Hasher) { hasher.combine(fields) }

    private var fields: [CronField] { [minute, hour, dayOfMonth, month, dayOfWeek] }
}

extension Cron {
    /// Whether the entry names times of the day, as against following the clock's hands.
    ///
    /// The distinction matters only where the clock is put forward or back.
    var isFixed: Bool { !minute.isWildcard && !hour.isWildcard }

    /// Whether a day on which either the day of month or the day of week holds is enough.
    var isEitherDay: Bool { !dayOfMonth.isWildcard && !dayOfWeek.isWildcard }

    private var neverOccurs: Bool {
        guard !isEitherDay, let earliest = dayOfMonth.values.first(from: 1) else { return false }
        // Every date of the calendar falls on each day of the week at some time, the leap day too.
        let longest = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return !longest.indices.contains { month.values.contains($0) && earliest <= longest[$0] }
    }

    private static func fields(_ words: [String]) throws(CronError) -> [String] {
        if words.count == 1, words[0].hasPrefix("@") {
            guard let fields = nicknames[words[0].lowercased()] else {
                throw CronError(
                    field: "cron", problem: "has no nickname \(CronError.quoted(words[0]))",
                    hint: "write @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually")
            }
            return fields.split(separator: " ").map(String.init)
        }
        guard words.count == CronUnit.allCases.count else {
            let count = "\(words.count) field\(words.count == 1 ? "" : "s")"
            throw CronError(
                field: "cron",
                problem: "has \(count) in \(CronError.quoted(words.joined(separator: " "))), not five",
                hint: "write minute, hour, day of month, month and day of week, like \"30 2 * * mon-fri\", or @daily")
        }
        return words
    }

    private static let nicknames = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]
}

/// Why a text is no schedule.
public struct CronError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which part of it: `minute`, `hour`, `day of month`, `month`, `day of week`, or `cron` for the whole, or `time zone`.
    public let field: String
    /// What is wrong with that part, to be read after its name: `cannot be "61"`.
    public let problem: String
    /// What may stand there: `write 0 to 59, like "5", "0,30", "10-50/20" or "*/15"`.
    public let hint: String

    /// The three parts as one sentence.
    public var description: String { "\(field) \(problem); \(hint)" }
}

extension CronError {
    /// A text in quotes as far as it fits into a line, whatever is not plain ASCII made visible.
    static func quoted(_ text: some StringProtocol) -> String {
        let visible = text.unicodeScalars.prefix(60).map { $0.escaped(asASCII: true) }.joined()
        return "\"\(visible)\(text.unicodeScalars.count > 60 ? "..." : "")\""
    }
}
