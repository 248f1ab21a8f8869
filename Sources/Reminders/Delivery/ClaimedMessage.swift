public import Booking
public import FoundationEssentials

/// A message that a sender has claimed: marked as attempted, and up to date.
public struct ClaimedMessage: Sendable {
    /// The subject of a message.
    public enum Subject: Sendable {
        /// The current state of a session.
        case session(Session)
        /// A trainer's day.
        case day(TrainerDigest)
        /// Changes for a trainer, each of which is a row of the ledger.
        case changes(TrainerChanges)
    }

    /// A row of the ledger, as a journal identifies it.
    public struct Row: Sendable, Hashable {
        /// The number of the row.
        public let id: Int64
        /// The rule.
        public let rule: String
        /// The revision of the session.
        public let revision: Int32
        /// The number of the copy; 0 is the first message.
        public let copy: Int32

        /// Creates a row.
        public init(id: Int64, rule: String, revision: Int32, copy: Int32 = 0) {
            self.id = id
            self.rule = rule
            self.revision = revision
            self.copy = copy
        }
    }

    /// The recipient of a message.
    public enum Recipient: Sendable, Hashable {
        /// An e-mail address.
        case email(EmailAddress)
        /// A phone number.
        case phone(PhoneNumber)
    }

    /// The details of the studio in a message.
    public struct StudioContact: Sendable {
        /// The studio's name.
        public let name: String
        /// The studio's address.
        public let address: String?
        /// The front desk's phone.
        public let phone: PhoneNumber?
        /// The address for replies.
        public let email: EmailAddress?

        /// Creates the contact details of a studio.
        public init(name: String, address: String?, phone: PhoneNumber?, email: EmailAddress?) {
            self.name = name
            self.address = address
            self.phone = phone
            self.email = email
        }
    }

    /// The ledger row.
    public let message: Int64
    /// The rule.
    public let rule: String
    /// The name of its templates.
    public let template: String
    /// The language of its templates.
    public let language: Language
    /// The audience.
    public let audience: Audience
    /// The revision of its session.
    public let revision: Int32
    /// The number of the copy that was requested; 0 is the first message.
    public let copy: Int32
    /// The recipient.
    public let recipient: Recipient
    /// The session or the trainer's day.
    public internal(set) var subject: Subject
    /// The studio.
    public let studioContact: StudioContact
    /// The number of this attempt, from 1.
    public let attempt: Int32
    /// The deadline, after which it is not sent.
    public let deadline: Date?
    /// The client's token for the unsubscribe link.
    public let unsubscribeToken: UUID?

    /// Creates a message from its stored parts.
    public init(
        message: Int64, rule: String, template: String, language: Language, audience: Audience, revision: Int32,
        copy: Int32 = 0, recipient: Recipient, subject: Subject, studioContact: StudioContact, attempt: Int32 = 1,
        deadline: Date? = nil,
        unsubscribeToken: UUID? = nil
    ) {
        self.message = message
        self.rule = rule
        self.template = template
        self.language = language
        self.audience = audience
        self.revision = revision
        self.copy = copy
        self.recipient = recipient
        self.subject = subject
        self.studioContact = studioContact
        self.attempt = attempt
        self.deadline = deadline
        self.unsubscribeToken = unsubscribeToken
    }

    /// The same message in another language.
    public func written(in language: Language) -> ClaimedMessage {
        ClaimedMessage(
            message: message, rule: rule, template: template, language: language, audience: audience,
            revision: revision, copy: copy, recipient: recipient, subject: subject, studioContact: studioContact,
            attempt: attempt, deadline: deadline, unsubscribeToken: unsubscribeToken)
    }

    /// The rows of the ledger that the message is about: one, or one for each change for a trainer.
    var rows: [Int64] {
        guard case .changes(let changes) = subject else { return [message] }
        return changes.changes.map(\.row.id)
    }

    /// The name of the person or desk it is for.
    public var name: String {
        switch (audience, subject) {
        case (.client, .session(let session)): session.client.name
        case (.trainer, .session(let session)): session.trainer.name
        case (_, .day(let day)): day.trainer.name
        case (_, .changes(let changes)): changes.trainer.name
        case (.studio, _): studioContact.name
        }
    }
}

/// A trainer's sessions of one day, for the digest that the trainer receives.
public struct TrainerDigest: Sendable {
    /// The trainer.
    public let trainer: Session.TrainerName
    /// The trainer's home studio, whose time zone applies.
    public let studio: Session.Place
    /// The date in that studio's calendar.
    public let date: LocalDate
    /// The booked sessions, by start time.
    public let sessions: [Session]

    /// Creates a digest.
    public init(trainer: Session.TrainerName, studio: Session.Place, date: LocalDate, sessions: [Session]) {
        self.trainer = trainer
        self.studio = studio
        self.date = date
        self.sessions = sessions
    }
}

/// The local part of the Message-ID of a session's message: its reference, its rule, the revision and the copy, if any.
public struct MessageName: Sendable, Equatable {
    /// The session.
    public let reference: Reference
    /// The rule.
    public let rule: String
    /// The revision.
    public let revision: Int32
    /// The number of the copy; 0 is the first message.
    public let copy: Int32

    /// Creates a message name.
    public init(reference: Reference, rule: String, revision: Int32, copy: Int32 = 0) {
        self.reference = reference
        self.rule = rule
        self.revision = revision
        self.copy = copy
    }

    /// Parses a Message-ID; returns `nil` if Intro did not create it.
    public init?(_ messageID: String) {
        let parts = messageID.prefix { $0 != "@" }.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 || parts.count == 4, let reference = try? Reference(String(parts[0])),
            let revision = Int32(parts[2]), let copy = parts.count == 4 ? Int32(parts[3]) : 0
        else {
            return nil
        }
        self.init(reference: reference, rule: String(parts[1]), revision: revision, copy: copy)
    }

    /// The local part of the Message-ID.
    public var text: String {
        "\(reference.code.lowercased()).\(rule).\(revision)" + (copy > 0 ? ".\(copy)" : "")
    }
}
