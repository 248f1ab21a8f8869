/// Where an SMS service reports what becomes of a text.
public struct StatusCallback: Hashable, Sendable {
    /// Twilio takes no longer ones (https://www.twilio.com/docs/api/errors/21609).
    private static let maximumLength = 4000

    /// The address, as it was given.
    public let url: String

    /// Checks and makes an address; `nil` for anything but one absolute HTTPS URI in ASCII without user and fragment.
    public init?(_ url: String) {
        guard url.utf8.count <= Self.maximumLength, url.isHTTPSLink else { return nil }
        self.url = url
    }
}
