/// One field of a cron entry: the values that it matches.
struct CronField: Hashable, Sendable {
    let values: ValueSet
    /// Whether the field was written as `*` or `*/n`: by crontab(5), such a field neither restricts the day nor makes
    /// the entry a fixed time, however few values the step leaves.
    let isWildcard: Bool

    /// Parses a list such as `1,10-50/20,*/7`.
    ///
    /// - Throws: `CronError` where an item is empty, not a value of the unit, or a descending range.
    init(_ text: some StringProtocol, unit: CronUnit) throws(CronError) {
        var values = ValueSet()
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            values.formUnion(try unit.values(of: String(item)))
        }
        self.values = unit == .dayOfWeek ? ValueSet(bits: (values.bits | values.bits >> 7) & 0x7F) : values
        isWildcard = text.hasPrefix("*")
    }
}

extension CronUnit {
    /// Returns the values of one item of a list: `*`, `5` or `10-50`, each with or without a step.
    fileprivate func values(of item: String) throws(CronError) -> ValueSet {
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let isStepped = parts.count == 2
        let range = try range(String(parts[0]), isOpenEnded: isStepped)
        let step = isStepped ? try step(String(parts[1]), of: item) : 1
        var values = ValueSet()
        for value in stride(from: range.lowerBound, through: range.upperBound, by: step) { values.insert(value) }
        return values
    }

    /// Returns the range of an item; a single value with a step continues to the maximum.
    private func range(_ text: String, isOpenEnded: Bool) throws(CronError) -> ClosedRange<Int> {
        if text == "*" { return bounds }
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let first = try value(ends[0])
        guard ends.count == 2 else { return first...(isOpenEnded ? bounds.upperBound : first) }
        let isThroughSunday = first > 0 && ends[1].lowercased() == "sun"
        let last = isThroughSunday ? bounds.upperBound : try value(ends[1])
        guard first <= last else { throw backwards(ends[0], ends[1]) }
        return first...last
    }

    private func value(_ text: String) throws(CronError) -> Int {
        if let index = names.firstIndex(of: text.lowercased()) { return index + bounds.lowerBound }
        guard let number = CronUnit.number(text), bounds.contains(number) else {
            throw refusal(text.isEmpty ? "has a gap where a value belongs" : "cannot be \(CronError.quoted(text))")
        }
        return number
    }

    private func step(_ text: String, of item: String) throws(CronError) -> Int {
        let steps = 1...(names.isEmpty ? bounds.count : names.count)
        guard let step = CronUnit.number(text), steps.contains(step) else {
            throw refusal(
                "cannot go by steps of \(CronError.quoted(text)) in \(CronError.quoted(item))",
                hint: "write a step of 1 to \(steps.upperBound), like \"*/2\"")
        }
        return step
    }

    /// Returns a number of at most four digits; `nil` for any other text, such as one with a sign.
    private static func number(_ text: String) -> Int? {
        guard text.utf8.count <= 4, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    private func backwards(_ first: String, _ last: String) -> CronError {
        let end = names.last ?? String(bounds.upperBound)
        let start = names.first ?? String(bounds.lowerBound)
        return refusal(
            "has a range that runs backwards, \(CronError.quoted("\(first)-\(last)"))",
            hint: "write it as two, \"\(first)-\(end),\(start)-\(last)\"")
    }

    private func refusal(_ problem: String, hint: String? = nil) -> CronError {
        CronError(field: rawValue, problem: problem, hint: hint ?? self.hint)
    }
}

/// The unit of one of the five fields of a cron entry.
enum CronUnit: String, CaseIterable, Sendable {
    case minute
    case hour
    case dayOfMonth = "day of month"
    case month
    case dayOfWeek = "day of week"

    /// The values that `*` stands for, and the end of `5/15`.
    var bounds: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        // Sunday is both 0 and 7.
        case .dayOfWeek: 0...7
        }
    }

    /// The names of the values, from the lowest on; empty where the unit has only numbers.
    var names: [String] {
        switch self {
        case .minute, .hour, .dayOfMonth: []
        case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        }
    }

    /// The advice on allowed values, with examples.
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

/// A set of integers from 0 to 63 with fast access to the next one up or down.
struct ValueSet: Hashable, Sendable {
    private(set) var bits: UInt64

    init(bits: UInt64 = 0) {
        self.bits = bits
    }

    func contains(_ value: Int) -> Bool { bits >> value & 1 == 1 }

    /// Returns the smallest member that is at least a number, 0 or more.
    func first(from lowest: Int) -> Int? {
        let remaining = bits & (~0 << lowest)
        return remaining == 0 ? nil : remaining.trailingZeroBitCount
    }

    /// Returns the largest member that is at most a number, 63 or less.
    func last(through highest: Int) -> Int? {
        let remaining = bits & (~0 >> (63 - highest))
        return remaining == 0 ? nil : 63 - remaining.leadingZeroBitCount
    }

    mutating func insert(_ value: Int) { bits |= 1 << value }

    mutating func formUnion(_ other: ValueSet) { bits |= other.bits }
}
