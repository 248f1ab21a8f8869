import Booking
import FoundationEssentials

/// Reads the instant of `--now`.
///
/// - Parameter text: An RFC 3339 date-time with an offset, as in `2026-12-01T09:00:00-08:00`.
/// - Returns: The instant.
/// - Throws: A `Failure` when the text is not one.
func rehearsalInstant(_ text: String) throws(Failure) -> Date {
    guard let instant = RFC3339.parse(text) else {
        throw .invalidInput(
            "--now is not a point in time: \(text.visible.prefix(40))",
            because: "it must be an RFC 3339 date and time with its offset",
            hint: "write it as in `--now 2026-12-01T09:00:00-08:00` or `--now 2026-12-01T17:00:00Z`"
        )
    }
    return instant
}
