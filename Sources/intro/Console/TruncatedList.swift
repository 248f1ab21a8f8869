import Booking
import FoundationEssentials

/// The number of entries that a truncated list leaves out.
struct TruncatedList {
    /// The maximum number of entries that are counted, so that a large table is not read to its end.
    static let countLimit = 10_000

    /// The number of entries that are shown.
    let shown: Int
    /// The total number of entries, up to ``countLimit`` more than are shown.
    let total: Int
    /// The time of the last entry, such as `20:30`.
    var until: String?
    /// The largest `--limit` that the command accepts.
    var largestLimit = 1_000_000
    /// Options that narrow the list, such as `--search TEXT`.
    var narrowing: String?

    /// The last line of the list: `13 more until 20:30: --limit 100`.
    var text: String {
        let left = total - shown
        let count = left > Self.countLimit ? "more than \(Self.countLimit)" : "\(left)"
        let limit = total > largestLimit ? nil : "--limit \(min(Self.limit(for: total), largestLimit))"
        let ways = [limit, narrowing].compactMap(\.self).joined(separator: " or ")
        return "\(count) more" + (until.map { " until \($0)" } ?? "") + (ways.isEmpty ? "" : ": \(ways)")
    }

    /// Returns a sufficient round number: 100, 200, 500, 1000 and so on.
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
    /// Counts the entries that a list leaves out; `nil` for a complete list.
    ///
    /// - Parameters:
    ///   - shown: The number of entries that are shown.
    ///   - limit: The maximum number of entries to show.
    ///   - count: Counts all entries up to a bound; called only when the list is full.
    /// - Throws: The error of `count`.
    init?(shown: Int, limit: Int, count: (Int) async throws -> Int) async rethrows {
        guard shown == limit else { return nil }
        let total = try await count(shown + Self.countLimit + 1)
        guard total > shown else { return nil }
        self.init(shown: shown, total: total)
    }

    /// Creates the rest of a list that is ordered by time.
    ///
    /// - Parameters:
    ///   - shown: The number of entries that are shown.
    ///   - total: The total number of entries.
    ///   - last: The last entry that is shown.
    ///   - end: The last entry of all; its date is shown if it differs from that of `last`.
    ///   - clock: The clock of the studio of the last entry of all.
    ///   - place: The name of the studio of the last entry of all, which is shown with its date and zone; `nil` if the
    ///     list is about one studio.
    ///   - times: The form of times.
    init(
        shown: Int, total: Int, last: Date, end: Date, clock: StudioClock, place: String? = nil, times: TimeFormat
    ) {
        if let place {
            self.init(shown: shown, total: total, until: "\(times.text(end, on: clock)) at \(place)")
            return
        }
        let isSameDay = clock.date(of: end) == clock.date(of: last)
        self.init(
            shown: shown, total: total,
            until: isSameDay ? times.text(clock.time(of: end), on: clock) : times.textWithoutZone(end, on: clock))
    }
}

extension Console {
    /// Prints a list and the number of omitted entries: in its last line, or on standard error with `--json`.
    ///
    /// - Parameters:
    ///   - records: The entries for programs.
    ///   - rest: The omitted entries.
    ///   - text: The same entries for people.
    /// - Throws: `OutputError` when standard output cannot be written, or an encoding error.
    func report(_ records: some Encodable, leavingOut rest: TruncatedList?, text: () -> String) throws {
        try report(records) { ([text()] + [rest?.text].compactMap(\.self)).joined(separator: "\n") }
        if isJSON, let rest { note(rest.text) }
    }
}
