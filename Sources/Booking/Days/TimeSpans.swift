public import FoundationEssentials

extension Range where Bound == Date {
    /// What is left of the stretch of time without others, in order.
    ///
    /// - Parameter others: Stretches in any order; they may overlap each other.
    /// - Returns: The stretches that are left; none of them is empty.
    public func subtracting(_ others: [Range<Date>]) -> [Range<Date>] {
        others.reduce(isEmpty ? [] : [self]) { rest, other in
            rest.flatMap { piece in
                guard piece.overlaps(other) else { return [piece] }
                return [
                    piece.lowerBound..<Swift.max(piece.lowerBound, other.lowerBound),
                    Swift.min(piece.upperBound, other.upperBound)..<piece.upperBound,
                ].filter { !$0.isEmpty }
            }
        }
    }
}

extension StudioClock {
    /// A local day as instants; empty where the zone skipped the whole date.
    ///
    /// - Parameter date: The date on the wall.
    /// - Returns: From the day's first instant to the first one of the next day.
    public func day(_ date: LocalDate) -> Range<Date> {
        let start = startOfDay(date)
        return start..<max(start, startOfDay(date.adding(days: 1)))
    }

    /// The local dates that a stretch of time touches; one that ends at midnight does not touch the next date.
    ///
    /// - Parameter stretch: The stretch of time.
    /// - Returns: The first date to the last.
    public func dates(of stretch: Range<Date>) -> ClosedRange<LocalDate> {
        let first = date(of: stretch.lowerBound)
        let last = date(of: stretch.upperBound)
        let touched = startOfDay(last) == stretch.upperBound ? last.adding(days: -1) : last
        return first...max(first, touched)
    }
}

extension Session {
    /// From the first instant to the first one afterwards.
    public var during: Range<Date> { startsAt..<endsAt }

    /// The dates on which it takes place, on the calendar of its studio.
    public var dates: ClosedRange<LocalDate> { studio.clock.dates(of: during) }
}
