public import FoundationEssentials

/// What a person wants to be told by one channel.
public struct Consent: Sendable, Equatable {
    /// What messages are about.
    public enum Scope: String, Sendable, Hashable, CaseIterable {
        /// What concerns a session to come.
        case session
        /// What comes after it.
        case followUp = "follow_up"
    }

    /// Which channel.
    public let channel: Channel
    /// What about.
    public let scope: Scope
    /// Whether they want it.
    public let isGranted: Bool
    /// Since when.
    public let at: Date
    /// How they said so: `contact_given`, `desk`, `sms`, `link`, or in the desk's words.
    public let how: String
    /// Who wrote it down.
    public let actor: String

    /// Notes what a person said.
    public init(channel: Channel, scope: Scope, isGranted: Bool, at: Date, how: String, actor: String) {
        self.channel = channel
        self.scope = scope
        self.isGranted = isGranted
        self.at = at
        self.how = how
        self.actor = actor
    }
}

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
