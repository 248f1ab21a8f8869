public import Booking
public import FoundationEssentials

/// What identifies a message also after a restore, when its number may be that of another message.
public struct MessageIdentity: Sendable, Hashable {
    /// What a message is about.
    public enum Subject: Sendable, Hashable {
        /// A session, in one of its revisions.
        case session(Reference, revision: Int32)
        /// A day of a trainer.
        case day(Trainer.ID, LocalDate)
    }

    /// What it is about.
    public let subject: Subject
    /// Its rule.
    public let rule: String
    /// How it is sent.
    public let channel: Channel

    /// Identifies a message.
    public init(subject: Subject, rule: String, channel: Channel) {
        self.subject = subject
        self.rule = rule
        self.channel = channel
    }

    /// Identifies a claimed message.
    public init(_ claimed: ClaimedMessage) {
        switch claimed.subject {
        case .session(let session): subject = .session(session.reference, revision: claimed.revision)
        case .day(let day): subject = .day(day.trainer.id, day.date)
        }
        rule = claimed.rule
        switch claimed.recipient {
        case .email: channel = .email
        case .phone: channel = .sms
        }
    }
}

/// An attempt to send a message, as a journal outside the database lists it.
public struct DeliveryAttempt: Sendable, Hashable {
    /// The message.
    public let message: MessageIdentity
    /// Which attempt of the message it was, counted from 1.
    public let number: Int32
    /// When it was made.
    public let at: Date

    /// Describes an attempt.
    public init(message: MessageIdentity, number: Int32, at: Date) {
        self.message = message
        self.number = number
        self.at = at
    }
}

/// A run of a sender, as its journal lists it.
public struct RecordedRun: Sendable, Hashable {
    /// Its number in the database.
    public let id: Int32
    /// When it started by the database's clock, in microseconds since 1970.
    public let startedAt: Int64
    /// The epoch in which it ran.
    public let epoch: UUID
    /// Whether its end was recorded in the database.
    public var hasEnded: Bool

    /// Describes a run.
    public init(id: Int32, startedAt: Int64, epoch: UUID, hasEnded: Bool = false) {
        self.id = id
        self.startedAt = startedAt
        self.epoch = epoch
        self.hasEnded = hasEnded
    }
}
