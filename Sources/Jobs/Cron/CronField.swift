/// One field of a cron entry: the values at which it holds.
struct CronField: Hashable, Sendable {
    let values: ValueSet
    /// Whether it was written as `*` or `*/n`: as crontab(5) has it, the field then restricts no day by itself and ties the
    /// entry to no fixed time, however few values the step leaves.
    let isWildcard: Bool

    /// Reads a list such as `1,10-50/20,*/7`.
    ///
    /// - Throws: `CronError` where an item is empty, no value of the unit, or a range that runs backwards.
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
    /// The values of one item of a list: `*`, `5`, `10-50`, each with or without a step.
    fileprivate func values(of item: String) throws(CronError) -> ValueSet {
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let isStepped = parts.count == 2
        let range = try range(String(parts[0]), isOpenEnded: isStepped)
        let step = isStepped ? try step(String(parts[1]), of: item) : 1
        var values = ValueSet()
        for value in stride(from: range.lowerBound, through: range.upperBound, by: step) { values.insert(value) }
        return values
    }

    /// The values from first to last; a single value goes on to the end where a step follows it.
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

    /// A number of at most four digits; nil where there is anything else, a sign for one.
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
