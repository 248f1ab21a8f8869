import Foundation

/// Returns the instant of a text such as `2027-03-14T09:30:00Z`.
func instant(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }

extension Date {
    /// The instant in UTC, readable in a test's output.
    var utc: String { formatted(.iso8601) }
}
