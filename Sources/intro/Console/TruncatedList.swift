import Booking
import FoundationEssentials

/// What a list that was cut short leaves out.
struct TruncatedList {
    /// How many entries are counted at most; a large table is not read to its end for one line.
    static let countLimit = 10_000

    /// How many entries are shown.
    let shown: Int
    /// How many there are, as far as they were counted.
    let total: Int
    /// When the last of them is, such as `20:30`.
    var until: String?
    /// The largest `--limit` that the command takes.
    var largestLimit = 1_000_000
    /// Options that narrow the list, such as `--search TEXT`.
    var narrowing: String?

    /// The line that ends the list: `13 more until 20:30: --limit 100`.
    var text: String {
        let left = total - shown
        let count = left > Self.countLimit ? "more than \(Self.countLimit)" : "\(left)"
        let limit = total > largestLimit ? nil : "--limit \(min(Self.limit(for: total), largestLimit))"
        let ways = [limit, narrowing].compactMap(\.self).joined(separator: " or ")
        return "\(count) more" + (until.map { " until \($0)" } ?? "") + (ways.isEmpty ? "" : ": \(ways)")
    }

    /// A round number that is large enough: 100, 200, 500, 1000 and so on.
    private static func limit(for total: Int) -> Int {
        var limit = 100
        var factors = [2, 5, 10]
        var decade = 100
        while limit < total {
            limit = decade * factors.removeFirst()
            if factors.isEmpty { (factors, decade) = ([2, 5, 10], limit) }
        }
        return limit
    }
}

extension TruncatedList {
    /// What a list leaves out; `nil` where it is complete.
    ///
    /// - Parameters:
    ///   - shown: How many entries are shown.
    ///   - limit: The most that may be shown.
    ///   - count: Counts all entries up to a bound; asked only where the list is full.
    /// - Throws: What `count` throws.
    init?(shown: Int, limit: Int, count: (Int) async throws -> Int) async rethrows {
        guard shown == limit else { return nil }
        let total = try await count(shown + Self.countLimit + 1)
        guard total > shown else { return nil }
        self.init(shown: shown, total: total)
    }

    /// What a list by time leaves out.
    ///
    /// - Parameters:
    ///   - shown: How many entries are shown.
    ///   - total: How many there are.
    ///   - last: The last entry that is shown.
    ///   - end: The last entry that there is; its date is told where it is another one.
    ///   - clock: The studio's clock.
    init(shown: Int, total: Int, last: Date, end: Date, clock: StudioClock) {
        let (date, time) = (clock.date(of: end), clock.time(of: end))
        self.init(shown: shown, total: total, until: date == clock.date(of: last) ? "\(time)" : "\(date) \(time)")
    }
}

extension Console {
    /// Prints a list, and says what was left out: in its last line, or on standard error under `--json`.
    ///
    /// - Parameters:
    ///   - records: The entries for programs.
    ///   - rest: What was left out.
    ///   - text: The same entries for people.
    /// - Throws: `OutputError` when standard output takes no more, or an error of encoding.
    func report(_ records: some Encodable, leavingOut rest: TruncatedList?, text: () -> String) throws {
        try report(records) { ([text()] + [rest?.text].compactMap(\.self)).joined(separator: "\n") }
        if isJSON, let rest { note(rest.text) }
    }
}
