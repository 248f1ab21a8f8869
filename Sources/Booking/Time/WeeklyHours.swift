/// Weekly recurring hours in local time: `mon-fri 07:00-12:00 13:00-19:00; sat 08:00-12:00`.
public struct WeeklyHours: Hashable, Sendable {
    /// The spans, by weekday and opening time.
    ///
    /// The spans of a day do not overlap, but may be adjacent.
    public let spans: [Span]

    /// Weekly hours without any span.
    public static let none = WeeklyHours(sorted: [])

    /// Creates weekly hours from spans in any order.
    ///
    /// - Parameters:
    ///   - spans: The spans of a week.
    ///   - field: The name of the field in an error.
    /// - Throws: `InvalidInput` if two spans overlap; it names both.
    public init(_ spans: some Sequence<Span>, field: String = "hours") throws(InvalidInput) {
        let sorted = spans.sorted()
        for (earlier, later) in zip(sorted, sorted.dropFirst())
        where earlier.weekday == later.weekday && later.opens < earlier.closes {
            throw InvalidInput(
                field: field, problem: "overlap: \(earlier) and \(later)", hint: "write hours that do not overlap")
        }
        self.spans = sorted
    }

    /// Returns the spans of one weekday, by opening time.
    ///
    /// - Parameter weekday: The day of the week.
    /// - Returns: The spans; empty for a day without hours.
    public func spans(on weekday: Weekday) -> [Span] { spans.filter { $0.weekday == weekday } }

    private init(sorted spans: [Span]) {
        self.spans = spans
    }
}

extension WeeklyHours {
    /// A period of one weekday.
    public struct Span: Hashable, Comparable, Sendable, CustomStringConvertible {
        /// The day of the week.
        public let weekday: Weekday
        /// The opening time.
        public let opens: LocalTime
        /// The closing time, exclusive: later than `opens`, at most 24:00.
        public let closes: LocalTime

        /// Creates a span; returns `nil` if it does not end after its start.
        public init?(weekday: Weekday, opens: LocalTime, closes: LocalTime) {
            guard opens < closes else { return nil }
            self.weekday = weekday
            self.opens = opens
            self.closes = closes
        }

        /// The span in input format: `mon 07:00-12:00`.
        public var description: String { "\(weekday) \(opens)-\(closes)" }

        /// Orders spans by weekday, then by opening, then by closing time.
        public static func < (left: Span, right: Span) -> Bool {
            (left.weekday, left.opens, left.closes) < (right.weekday, right.opens, right.closes)
        }
    }
}

extension WeeklyHours: CustomStringConvertible {
    /// The hours in input format, with days of equal hours grouped; `none` if there are no spans.
    public var description: String {
        let texts = Dictionary(grouping: spans, by: \.weekday).mapValues { spans in
            spans.map { "\($0.opens)-\($0.closes)" }.joined(separator: " ")
        }
        let groups = Dictionary(grouping: texts.keys.sorted()) { texts[$0] }
        let lines = groups.sorted { $0.value[0] < $1.value[0] }.map { hours, days in
            "\(WeeklyHours.list(days)) \(hours ?? "")"
        }
        return lines.isEmpty ? "none" : lines.joined(separator: "; ")
    }

    /// Returns days in input format: three or more consecutive days as `mon-fri`, others separated by commas.
    private static func list(_ days: [Weekday]) -> String {
        var runs: [[Weekday]] = []
        for day in days {
            if let last = runs.last?.last, last.rawValue + 1 == day.rawValue {
                runs[runs.count - 1].append(day)
            } else {
                runs.append([day])
            }
        }
        let names = runs.flatMap { run in
            run.count > 2 ? ["\(run[0])-\(run[run.count - 1])"] : run.map(\.name)
        }
        return names.joined(separator: ",")
    }
}
