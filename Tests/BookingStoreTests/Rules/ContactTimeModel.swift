/// A brute-force model of the contact hours, which checks each minute.
struct ContactTimeModel {
    /// A period of one weekday.
    struct Hours: Hashable {
        /// The day of the week as in `Calendar`: 1 is Sunday.
        let weekday: Int
        /// The local time in minutes after midnight.
        let minutes: Range<Int>

        /// The day of the week as in ISO 8601: 1 is Monday.
        var isoWeekday: Int { weekday == 1 ? 7 : weekday - 1 }
    }

    /// The planned time of a message, and the limits for moving it.
    struct Question {
        let at: Int
        let earliest: Int
        let latest: Int
    }

    /// The time before quiet hours to which a message is moved, in minutes.
    private static let margin = 30

    let hours: [Hours]
    let clock: WallClock
    let reach: Range<Int>

    /// Returns the contact hours that include a minute.
    func open(_ minute: Int) -> Hours? {
        let wall = clock[minute]
        return hours.first { $0.weekday == wall.weekday && $0.minutes.contains(wall.minute) }
    }

    /// Returns the alternative times without limits: shortly before the quiet hours, and at their end.
    func moves(from at: Int) -> (before: Int?, after: Int?) {
        guard !hours.isEmpty else { return (nil, nil) }
        let after = (at + 1..<reach.upperBound).first { open($0) != nil }
        guard let last = (reach.lowerBound..<at).last(where: { open($0) != nil }), let span = open(last) else {
            return (nil, after)
        }
        let kept = (last + 1 - Self.margin...last).filter { $0 >= reach.lowerBound && open($0) == span }
        return (kept.first, after)
    }

    /// Returns the time of the message; `nil` if there is none within the limits.
    func time(_ question: Question, moves: (before: Int?, after: Int?)) -> Int? {
        guard !hours.isEmpty, open(question.at) == nil else { return question.at }
        if let before = moves.before, before > question.earliest { return before }
        return moves.after.flatMap { $0 < question.latest ? $0 : nil }
    }

    /// Returns whether there is a clock change within three hours of a minute.
    ///
    /// Local times are repeated or skipped then.
    func isChanging(around minute: Int) -> Bool {
        let (from, to) = (max(reach.lowerBound, minute - 180), min(reach.upperBound - 1, minute + 180))
        return (clock[to].minute - clock[from].minute - (to - from)) % 1440 != 0
    }
}
