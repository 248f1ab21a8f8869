import Foundation

/// Reads an instant such as `2027-03-14T09:30:00Z`.
func instant(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }

extension Date {
    /// The instant as it is written in UTC, to be read in a test's outcome.
    var utc: String { formatted(.iso8601) }
}
