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
