/// The delay that an SMS service requests in the header field Retry-After (RFC 9110 section 10.2.3).
public struct RetryHint: Hashable, Sendable {
    /// The shortest and the longest delay that is used; others are clamped.
    public static let bounds: ClosedRange<Duration> = .seconds(10) ... .seconds(4 * 3600)

    /// The delay, within `bounds`.
    public let wait: Duration

    /// Parses the delay; `nil` when the reply has none.
    ///
    /// - Parameter reply: The server's reply in the form that `DeliveryOutcome` stores: "HTTP 429, Retry-After: 75".
    public init?(reading reply: String) {
        guard let match = reply.firstMatch(of: #/^HTTP \d{3}, Retry-After: (\d{1,9})\b/#), let seconds = Int(match.1)
        else {
            return nil
        }
        wait = min(max(.seconds(seconds), Self.bounds.lowerBound), Self.bounds.upperBound)
    }
}
