/// The hours that come back every week, in wall-clock time: `mon-fri 07:00-12:00 13:00-19:00; sat 08:00-12:00`.
public struct WeeklyHours: Hashable, Sendable {
    /// The spans, by weekday and opening time.
    ///
    /// No two of a day overlap; two may adjoin.
    public let spans: [Span]

    /// No hours at all.
    public static let none = WeeklyHours(sorted: [])

    /// Makes weekly hours from spans in any order.
    ///
    /// - Parameters:
    ///   - spans: The spans of a week.
    ///   - field: What an error calls them.
    /// - Throws: `InvalidInput` where two of them overlap, with both named.
    public init(_ spans: some Sequence<Span>, field: String = "hours") throws(InvalidInput) {
        let sorted = spans.sorted()
        for (earlier, later) in zip(sorted, sorted.dropFirst())
        where earlier.weekday == later.weekday && later.opens < earlier.closes {
            throw InvalidInput(
                field: field, problem: "overlap: \(earlier) and \(later)", hint: "write hours that do not overlap")
        }
        self.spans = sorted
    }

    /// The spans of one weekday, by opening time.
    ///
    /// - Parameter weekday: The day.
    /// - Returns: Its spans; none where it is a free day.
    public func spans(on weekday: Weekday) -> [Span] { spans.filter { $0.weekday == weekday } }

    private init(sorted spans: [Span]) {
        self.spans = spans
    }
}

extension WeeklyHours {
    /// One stretch of one weekday.
    public struct Span: Hashable, Comparable, Sendable, CustomStringConvertible {
        /// The day of the week.
        public let weekday: Weekday
        /// Its first minute.
        public let opens: LocalTime
        /// The minute it ends before; later than `opens`, 24:00 at most.
        public let closes: LocalTime

        /// Makes a span; nil where it does not end after its beginning.
        public init?(weekday: Weekday, opens: LocalTime, closes: LocalTime) {
            guard opens < closes else { return nil }
            self.weekday = weekday
            self.opens = opens
            self.closes = closes
        }

        /// The span as it is typed: `mon 07:00-12:00`.
        public var description: String { "\(weekday) \(opens)-\(closes)" }

        /// Orders spans by weekday, then by opening, then by closing time.
        public static func < (left: Span, right: Span) -> Bool {
            (left.weekday, left.opens, left.closes) < (right.weekday, right.opens, right.closes)
        }
    }
}

extension WeeklyHours: CustomStringConvertible {
    /// The hours as they are typed, days with equal hours together; `none` where there are none.
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

    /// Days as they are typed: three or more in a row as `mon-fri`, others with commas.
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
