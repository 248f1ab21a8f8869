import Booking
import FoundationEssentials

/// Reads a time as somebody at a studio types it.
///
/// - Parameters:
///   - text: What was typed, such as `tue 14:30`.
///   - field: The option, for the message.
///   - clock: The studio's wall clock.
///   - now: The present instant.
/// - Returns: The instant.
/// - Throws: `InvalidInput`, or a `Refusal` where the clocks skip that time or show it twice.
func typedInstant(_ text: String, field: String, clock: StudioClock, now: Date) throws -> Date {
    try telling(clock) { () throws(TimeProblem) in
        try TimePhrase.instant(text, field: field, clock: clock, now: now)
    }
}

/// Reads a time or a day as somebody at a studio types it.
///
/// - Parameters:
///   - text: What was typed, such as `tomorrow`.
///   - field: The option, for the message.
///   - clock: The studio's wall clock.
///   - now: The present instant.
///   - role: Whether it is a point in time or the end of a stretch.
/// - Returns: The instant or the day.
/// - Throws: `InvalidInput`, or a `Refusal` where the clocks skip that time or show it twice.
func typedPhrase(
    _ text: String, field: String, clock: StudioClock, now: Date, role: TimePhrase.Role = .point
) throws -> TimePhrase {
    try telling(clock) { () throws(TimeProblem) in
        try TimePhrase.parse(text, field: field, clock: clock, now: now, role: role)
    }
}

private func telling<Result>(_ clock: StudioClock, _ read: () throws(TimeProblem) -> Result) throws -> Result {
    do {
        return try read()
    } catch .invalid(let invalid) {
        throw invalid
    } catch .missing(let local, let before, let after) {
        throw Refusal(
            .wallTimeMissing, "\(local) does not exist: the clocks go forward then",
            hint: "the nearest times are \(clock.text(before)) and \(clock.text(after))")
    } catch .ambiguous(let local, let first, let second) {
        throw Refusal(
            .wallTimeAmbiguous, "the clocks go back then: \(local) comes twice",
            hint: "say which: \"\(clock.textWithOffset(first))\" or \"\(clock.textWithOffset(second))\"")
    }
}
