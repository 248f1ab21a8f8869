/// The time to wait that an SMS service names in the header field Retry-After (RFC 9110 section 10.2.3).
public struct RetryHint: Hashable, Sendable {
    /// Nothing is tried again sooner than the first, and no server is granted more than the last.
    public static let bounds: ClosedRange<Duration> = .seconds(10) ... .seconds(4 * 3600)

    /// How long to wait, within `bounds`.
    public let wait: Duration

    /// Reads the time to wait; `nil` where the service named none.
    ///
    /// - Parameter reply: The server's answer, as a `DeliveryOutcome` holds it: "HTTP 429, Retry-After: 75".
    public init?(reading reply: String) {
        guard let match = reply.firstMatch(of: #/^HTTP \d{3}, Retry-After: (\d{1,9})\b/#), let seconds = Int(match.1)
        else {
            return nil
        }
        wait = min(max(.seconds(seconds), Self.bounds.lowerBound), Self.bounds.upperBound)
    }
}
