public import FoundationEssentials

/// Why a typed time is no instant.
public enum TimeProblem: Error, Sendable, Hashable {
    /// The text cannot be read, or names no day and time.
    case invalid(InvalidInput)
    /// The studio's clock is put forward over that time; the instants before and after it that come nearest.
    case missing(local: String, before: Date, after: Date)
    /// The studio's clock is put back over that time, so that it shows it twice.
    case ambiguous(local: String, first: Date, second: Date)
}
