public import Booking
public import FoundationEssentials

/// A message in a sender's hand: marked as attempted, and true at this moment.
public struct Handout: Sendable {
    /// What a message is about.
    public enum Subject: Sendable {
        /// A session, as it is now.
        case session(Session)
        /// A trainer's day.
        case day(WorkDay)
    }

    /// Where a message goes.
    public enum Recipient: Sendable, Hashable {
        /// By mail.
        case email(EmailAddress)
        /// As a text.
        case phone(PhoneNumber)
    }

    /// What a message tells of the studio.
    public struct Desk: Sendable {
        /// The name on the door.
        public let name: String
        /// Where to come.
        public let address: String?
        /// The front desk's phone.
        public let phone: PhoneNumber?
        /// Where replies go.
        public let email: EmailAddress?

        /// Describes a front desk.
        public init(name: String, address: String?, phone: PhoneNumber?, email: EmailAddress?) {
            self.name = name
            self.address = address
            self.phone = phone
            self.email = email
        }
    }

    /// The ledger row.
    public let message: Int64
    /// Why it exists.
    public let rule: String
    /// The name of its texts.
    public let template: String
    /// The language of its texts.
    public let language: Language
    /// Whom it is for.
    public let audience: Audience
    /// The revision of the session that it speaks of.
    public let revision: Int32
    /// Where it goes.
    public let recipient: Recipient
    /// What it is about.
    public let subject: Subject
    /// The studio.
    public let desk: Desk
    /// Which attempt this is, counted from 1.
    public let attempt: Int32
    /// From then on it is worth nothing.
    public let deadline: Date?
    /// What a link in the mail says instead of the client's name.
    public let unsubscribeToken: UUID?

    /// Puts a handout together from its stored parts.
    public init(
        message: Int64, rule: String, template: String, language: Language, audience: Audience, revision: Int32,
        recipient: Recipient, subject: Subject, desk: Desk, attempt: Int32 = 1, deadline: Date? = nil,
        unsubscribeToken: UUID? = nil
    ) {
        self.message = message
        self.rule = rule
        self.template = template
        self.language = language
        self.audience = audience
        self.revision = revision
        self.recipient = recipient
        self.subject = subject
        self.desk = desk
        self.attempt = attempt
        self.deadline = deadline
        self.unsubscribeToken = unsubscribeToken
    }

    /// The same message in another language.
    public func written(in language: Language) -> Handout {
        Handout(
            message: message, rule: rule, template: template, language: language, audience: audience,
            revision: revision, recipient: recipient, subject: subject, desk: desk, attempt: attempt,
            deadline: deadline, unsubscribeToken: unsubscribeToken)
    }

    /// The name of the person or desk it is for.
    public var name: String {
        switch (audience, subject) {
        case (.client, .session(let session)): session.client.name
        case (.trainer, .session(let session)): session.trainer.name
        case (_, .day(let day)): day.trainer.name
        case (.studio, _): desk.name
        }
    }
}
