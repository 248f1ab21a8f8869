import Booking
import FoundationEssentials

/// A stretch of time as the office types and reads it, on a studio's wall clock.
struct Period: Sendable {
    /// First instant.
    let from: Date
    /// First instant afterwards.
    let until: Date
    /// The clock by which it was typed and is shown.
    let clock: StudioClock

    init(from: Date, until: Date, clock: StudioClock) {
        self.from = from
        self.until = until
        self.clock = clock
    }

    /// Reads both ends; a date alone means the whole day, first and last included.
    ///
    /// - Parameters:
    ///   - from: What was typed for the beginning, and what an error calls it.
    ///   - until: What was typed for the end, and what an error calls it.
    ///   - clock: The studio's clock.
    ///   - now: The present instant, from which `today` and weekdays count.
    /// - Throws: `InvalidInput` where an end cannot be read or does not lie after the beginning, or a `Refusal` where the
    ///   clocks skip that time or show it twice.
    init(
        from: (text: String, field: String), until: (text: String, field: String), clock: StudioClock, now: Date
    ) throws {
        let first = try typedPhrase(from.text, field: from.field, clock: clock, now: now).start(clock)
        let last = try typedPhrase(until.text, field: until.field, clock: clock, now: now, role: .end).end(clock)
        guard first < last else {
            throw InvalidInput(
                field: until.field, problem: "\"\(until.text)\" does not lie after \"\(from.text)\"",
                hint: "write both dates, the earlier one first")
        }
        self.init(from: first, until: last, clock: clock)
    }

    /// The beginning on the wall clock, such as `2026-12-01 09:00 PST`.
    var localFrom: String { clock.text(from) }

    /// The end on the wall clock.
    var localUntil: String { clock.text(until) }

    /// The period for people: whole days by their dates, first and last included.
    var text: String {
        let first = clock.date(of: from)
        let next = clock.date(of: until)
        guard clock.startOfDay(first) == from, clock.startOfDay(next) == until else {
            return "\(localFrom) to \(localUntil)"
        }
        let last = next.adding(days: -1)
        return first == last ? "\(first)" : "\(first) to \(last)"
    }
}
