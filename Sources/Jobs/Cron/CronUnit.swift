/// What one of the five fields of a cron entry counts.
enum CronUnit: String, CaseIterable, Sendable {
    case minute
    case hour
    case dayOfMonth = "day of month"
    case month
    case dayOfWeek = "day of week"

    /// What `*` stands for, and where `5/15` ends.
    var bounds: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        // Sunday is at both ends.
        case .dayOfWeek: 0...7
        }
    }

    /// What values are called, from the lowest on; empty where they are numbers only.
    var names: [String] {
        switch self {
        case .minute, .hour, .dayOfMonth: []
        case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        }
    }

    /// What may stand in the field.
    var hint: String {
        switch self {
        case .minute: #"write 0 to 59, like "5", "0,30", "10-50/20" or "*/15""#
        case .hour: #"write 0 to 23, like "9", "9,17", "8-18/2" or "*""#
        case .dayOfMonth: #"write 1 to 31, like "1", "1,15", "1-7" or "*""#
        case .month: #"write 1 to 12 or jan to dec, like "3", "jun-aug", "*/3" or "*""#
        case .dayOfWeek: #"write 0 to 7 (0 and 7 are Sunday) or sun to sat, like "mon-fri", "tue,sat" or "*""#
        }
    }
}
