public import FoundationEssentials

/// An address or a number to which nothing is sent, whoever it belongs to.
public struct Suppression: Sendable, Equatable {
    /// Why nothing is sent there.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// Whoever reads there said so.
        case optOut = "opt_out"
        /// The server said for good that there is nobody.
        case hardBounce = "hard_bounce"
        /// Whoever reads there called it spam.
        case complaint
        /// Somebody of us wrote it down.
        case manual
    }

    /// Which channel.
    public let channel: Channel
    /// An address in small letters, or a number in E.164.
    public let address: String
    /// Why.
    public let reason: Reason
    /// What was said: the word that was texted, the server's diagnosis.
    public let detail: String?
    /// Since when.
    public let at: Date
    /// Who wrote it down.
    public let actor: String

    /// Puts an entry of the list together.
    public init(channel: Channel, address: String, reason: Reason, detail: String?, at: Date, actor: String) {
        self.channel = channel
        self.address = address
        self.reason = reason
        self.detail = detail
        self.at = at
        self.actor = actor
    }
}
