/// When people may be written to, looked up minute by minute: slow, and hard to get wrong.
struct ContactTimeModel {
    /// One stretch of one weekday.
    struct Hours: Hashable {
        /// As Calendar counts: 1 is Sunday.
        let weekday: Int
        /// Past midnight, on the wall clock.
        let minutes: Range<Int>

        /// As ISO 8601 counts: 1 is Monday.
        var isoWeekday: Int { weekday == 1 ? 7 : weekday - 1 }
    }

    /// A message that is meant to go out.
    struct Question {
        let at: Int
        let earliest: Int
        let latest: Int
    }

    /// So long before quiet hours nothing is sent that has been moved.
    private static let margin = 30

    let hours: [Hours]
    let clock: WallClock
    let reach: Range<Int>

    /// The stretch that is open at a minute.
    func open(_ minute: Int) -> Hours? {
        let wall = clock[minute]
        return hours.first { $0.weekday == wall.weekday && $0.minutes.contains(wall.minute) }
    }

    /// When to write instead, were there no bounds: a little before quiet hours began, and when they end.
    func moves(from at: Int) -> (before: Int?, after: Int?) {
        guard !hours.isEmpty else { return (nil, nil) }
        let after = (at + 1..<reach.upperBound).first { open($0) != nil }
        guard let last = (reach.lowerBound..<at).last(where: { open($0) != nil }), let span = open(last) else {
            return (nil, after)
        }
        let kept = (last + 1 - Self.margin...last).filter { $0 >= reach.lowerBound && open($0) == span }
        return (kept.first, after)
    }

    /// The minute, or `nil` where it is never.
    func time(_ question: Question, moves: (before: Int?, after: Int?)) -> Int? {
        guard !hours.isEmpty, open(question.at) == nil else { return question.at }
        if let before = moves.before, before > question.earliest { return before }
        return moves.after.flatMap { $0 < question.latest ? $0 : nil }
    }

    /// Whether the clock is put forward or back within three hours of a minute: what it shows is then said twice or never.
    func isChanging(around minute: Int) -> Bool {
        let (from, to) = (max(reach.lowerBound, minute - 180), min(reach.upperBound - 1, minute + 180))
        return (clock[to].minute - clock[from].minute - (to - from)) % 1440 != 0
    }
}
