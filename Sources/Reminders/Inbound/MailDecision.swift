public import Booking

/// What a report by mail says of one address.
public struct ReportedAddress: Hashable, Sendable {
    /// What it says.
    public enum Claim: Hashable, Sendable {
        /// The message did not arrive because the address leads nowhere.
        case addressInvalid
        /// The message did not arrive, for another reason.
        case messageRefused
        /// The message did not arrive, and the report does not say why.
        case failed
        /// The message has not arrived yet, or has.
        case noFailure
    }

    /// The address.
    public let address: EmailAddress
    /// Where the message ended up when it was forwarded.
    public let finalAddress: EmailAddress?
    /// What is said.
    public let claim: Claim
    /// In the words of the server that refused.
    public let detail: String?

    /// Notes what is said.
    public init(_ address: EmailAddress, finalAddress: EmailAddress? = nil, claim: Claim, detail: String?) {
        self.address = address
        self.finalAddress = finalAddress
        self.claim = claim
        self.detail = detail
    }

    /// Whether this is about an address, however it is spelled.
    func isAbout(_ recipient: EmailAddress) -> Bool {
        [address, finalAddress].contains { $0?.matchKey == recipient.matchKey }
    }
}

/// What follows from a mail that came to the sender's address.
public struct MailDecision: Hashable, Sendable {
    /// Why a person has to read a mail.
    public enum Review: String, Sendable, Hashable, CaseIterable {
        /// It is in no form that is understood.
        case notUnderstood = "not_understood"
        /// It is about no message that was sent.
        case unknownMessage = "unknown_message"
        /// It is about a message that was sent, and names somebody else.
        case otherRecipient = "other_recipient"
        /// The address of a trainer or a studio is at fault; nobody would notice if it were blocked.
        case staffAddress = "staff_address"
        /// The message came back, and it is not clear whether the address is at fault.
        case unclearReason = "unclear_reason"
        /// It answers no invitation that was sent.
        case unknownEvent = "unknown_event"
        /// It answers an invitation on behalf of somebody who was not invited.
        case otherAttendee = "other_attendee"
        /// It answers an earlier time of the session.
        case otherRevision = "other_revision"
        /// The session is over, or cancelled.
        case sessionClosed = "session_closed"
        /// The client declines, or proposes another time.
        case declined
        /// The client has not decided.
        case undecided
    }

    /// Why the recipient's address is blocked from now on.
    public var suppression: Suppression.Reason?
    /// Whether the message counts as failed.
    public var failsMessage = false
    /// Whether the session is confirmed.
    public var confirms = false
    /// Whether the desk is asked to call.
    public var requestsCall = false
    /// Why a person has to read it.
    public var review: Review?
    /// What was said, in the words of the server that refused.
    public var detail: String?

    private init() {}

    /// Only a person can tell.
    public static func needsReview(_ review: Review) -> MailDecision {
        var decision = MailDecision()
        decision.review = review
        return decision
    }
}

extension MailDecision {
    /// A message that was sent, as the ledger has it.
    public struct Message: Hashable, Sendable {
        let recipient: EmailAddress
        let audience: Audience

        /// Describes a message.
        public init(recipient: EmailAddress, audience: Audience) {
            self.recipient = recipient
            self.audience = audience
        }
    }

    /// Decides about a report of deliveries.
    ///
    /// Anybody can write a report. It counts only for the recipient of the message that was sent.
    ///
    /// - Parameters:
    ///   - addresses: What the report says.
    ///   - message: The message that it is about, where one was sent.
    /// - Returns: What follows.
    public static func failure(_ addresses: [ReportedAddress], of message: Message?) -> MailDecision {
        guard let message else { return .needsReview(.unknownMessage) }
        guard let said = addresses.first(where: { $0.isAbout(message.recipient) }) else {
            return .needsReview(.otherRecipient)
        }
        var decision = MailDecision()
        decision.detail = said.detail
        switch said.claim {
        case .noFailure: break
        case .messageRefused: decision.failsMessage = true
        case .failed:
            decision.failsMessage = true
            decision.review = .unclearReason
        case .addressInvalid:
            decision.failsMessage = true
            decision.block(message, because: .hardBounce)
        }
        return decision
    }

    /// Decides about a complaint.
    ///
    /// Providers redact who complains, so an unknown address stands for the message's recipient; one that is known to be
    /// somebody else's does not.
    ///
    /// - Parameters:
    ///   - reason: What was said: ``Suppression/Reason/complaint`` or ``Suppression/Reason/optOut``.
    ///   - addresses: The addresses that the complaint names.
    ///   - others: Those of the addresses that are known to belong to a client, a trainer or a studio.
    ///   - message: The message that it is about, where one was sent.
    /// - Returns: What follows.
    public static func complaint(
        _ reason: Suppression.Reason, by addresses: [EmailAddress], known others: Set<EmailAddress>,
        about message: Message?
    ) -> MailDecision {
        guard let message else { return .needsReview(.unknownMessage) }
        let isRecipient = addresses.contains { $0.matchKey == message.recipient.matchKey }
        guard isRecipient || others.isEmpty else { return .needsReview(.otherRecipient) }
        var decision = MailDecision()
        decision.block(message, because: reason)
        return decision
    }

    /// An address of staff is left alone: blocking it would silence call-back requests without anybody noticing.
    private mutating func block(_ message: Message, because reason: Suppression.Reason) {
        if message.audience == .client {
            suppression = reason
        } else {
            review = .staffAddress
        }
    }
}

extension MailDecision {
    /// What an attendee answers.
    public enum Answer: String, Hashable, Sendable, CaseIterable {
        /// They will come.
        case accepted
        /// They will not, or propose another time.
        case declined
        /// They have not decided.
        case undecided
    }

    /// An answer to an invitation.
    public struct Reply: Hashable, Sendable {
        /// What is answered.
        public let answer: Answer
        /// Who answers.
        public let attendee: EmailAddress?
        /// The revision of the session that is answered.
        public let revision: Int

        /// Describes an answer.
        public init(_ answer: Answer, by attendee: EmailAddress?, to revision: Int) {
            self.answer = answer
            self.attendee = attendee
            self.revision = revision
        }
    }

    /// Decides about an answer to an invitation.
    ///
    /// It counts only where it comes from the client and speaks of the session as it is now; and a session is never
    /// cancelled by one.
    ///
    /// - Parameters:
    ///   - reply: The answer.
    ///   - session: The session that it names, where there is one.
    ///   - isAhead: Whether the session is still to come.
    /// - Returns: What follows.
    public static func reply(_ reply: Reply, to session: Session?, isAhead: Bool) -> MailDecision {
        guard let session else { return .needsReview(.unknownEvent) }
        guard let attendee = reply.attendee, attendee.matchKey == session.client.email?.matchKey else {
            return .needsReview(.otherAttendee)
        }
        guard session.status == .booked, isAhead else { return .needsReview(.sessionClosed) }
        guard reply.revision == Int(session.revision) else { return .needsReview(.otherRevision) }
        switch reply.answer {
        case .undecided: return .needsReview(.undecided)
        case .accepted:
            var decision = MailDecision()
            decision.confirms = true
            return decision
        case .declined:
            var decision = MailDecision.needsReview(.declined)
            decision.requestsCall = true
            return decision
        }
    }
}
