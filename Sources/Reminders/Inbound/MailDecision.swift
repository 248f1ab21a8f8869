public import Booking

/// The claim of a mail report about one address.
public struct ReportedAddress: Hashable, Sendable {
    /// The kind of a claim.
    public enum Claim: Hashable, Sendable {
        /// The message did not arrive because the address is invalid.
        case addressInvalid
        /// The message did not arrive, for another reason.
        case messageRefused
        /// The message did not arrive, and the report does not contain the reason.
        case failed
        /// The message has arrived, or is delayed.
        case noFailure
    }

    /// The address.
    public let address: EmailAddress
    /// The final address of a forwarded message.
    public let finalAddress: EmailAddress?
    /// The claim.
    public let claim: Claim
    /// The diagnosis of the refusing server.
    public let detail: String?

    /// Creates a reported address.
    public init(_ address: EmailAddress, finalAddress: EmailAddress? = nil, claim: Claim, detail: String?) {
        self.address = address
        self.finalAddress = finalAddress
        self.claim = claim
        self.detail = detail
    }

    /// Returns whether this concerns an address, regardless of its spelling.
    func isAbout(_ recipient: EmailAddress) -> Bool {
        [address, finalAddress].contains { $0?.matchKey == recipient.matchKey }
    }
}

/// The effects of a mail to the sender's address.
public struct MailDecision: Hashable, Sendable {
    /// The reason for manual review of a mail.
    public enum Review: String, Sendable, Hashable, CaseIterable {
        /// Its format is not understood.
        case notUnderstood = "not_understood"
        /// It concerns no sent message.
        case unknownMessage = "unknown_message"
        /// It concerns a sent message, and names another recipient.
        case otherRecipient = "other_recipient"
        /// The address of a trainer or a studio is invalid; blocking it automatically would go unnoticed.
        case staffAddress = "staff_address"
        /// The message bounced, and it is not clear whether the address is the cause.
        case unclearReason = "unclear_reason"
        /// It replies to an unknown invitation.
        case unknownEvent = "unknown_event"
        /// It replies to an invitation on behalf of another attendee.
        case otherAttendee = "other_attendee"
        /// It replies to another revision of the session.
        case otherRevision = "other_revision"
        /// The session has started, or is no longer booked.
        case sessionClosed = "session_closed"
        /// The client declines, or proposes another time.
        case declined
        /// The client has not decided.
        case undecided
    }

    /// The reason to block the recipient's address.
    public var suppression: Suppression.Reason?
    /// Whether the message is marked as failed.
    public var failsMessage = false
    /// Whether the session is confirmed.
    public var confirms = false
    /// Whether an earlier confirmation of the session is withdrawn.
    public var withdrawsConfirmation = false
    /// Whether the front desk is asked to call.
    public var requestsCall = false
    /// The reason for manual review.
    public var review: Review?
    /// The diagnosis of the refusing server.
    public var detail: String?

    private init() {}

    /// Returns the decision to leave a mail for manual review.
    public static func needsReview(_ review: Review) -> MailDecision {
        var decision = MailDecision()
        decision.review = review
        return decision
    }
}

extension MailDecision {
    /// A sent message in the ledger.
    public struct Message: Hashable, Sendable {
        let recipient: EmailAddress
        let audience: Audience

        /// Creates a message.
        public init(recipient: EmailAddress, audience: Audience) {
            self.recipient = recipient
            self.audience = audience
        }
    }

    /// Decides about a delivery report.
    ///
    /// Reports can be forged. A report counts only for the recipient of the sent message.
    ///
    /// - Parameters:
    ///   - addresses: The addresses in the report.
    ///   - message: The message that it concerns, if it was sent.
    /// - Returns: The decision.
    public static func failure(_ addresses: [ReportedAddress], of message: Message?) -> MailDecision {
        guard let message else { return .needsReview(.unknownMessage) }
        guard let reported = addresses.first(where: { $0.isAbout(message.recipient) }) else {
            return .needsReview(.otherRecipient)
        }
        var decision = MailDecision()
        decision.detail = reported.detail
        switch reported.claim {
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
    /// Providers redact the complainant, so an unknown address is taken for the message's recipient; the known address
    /// of another person is not.
    ///
    /// - Parameters:
    ///   - reason: The reason: ``Suppression/Reason/complaint`` or ``Suppression/Reason/optOut``.
    ///   - addresses: The addresses in the complaint.
    ///   - others: The addresses that are known to belong to a client, a trainer or a studio.
    ///   - message: The message that it concerns, if it was sent.
    /// - Returns: The decision.
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

    /// Staff addresses are never blocked automatically: call-back requests would be lost without notice.
    private mutating func block(_ message: Message, because reason: Suppression.Reason) {
        if message.audience == .client {
            suppression = reason
        } else {
            review = .staffAddress
        }
    }
}

extension MailDecision {
    /// An attendee's answer.
    public enum Answer: String, Hashable, Sendable, CaseIterable {
        /// The attendee accepts.
        case accepted
        /// The attendee declines, or proposes another time.
        case declined
        /// The attendee has not decided.
        case undecided
    }

    /// A reply to an invitation.
    public struct Reply: Hashable, Sendable {
        /// The answer.
        public let answer: Answer
        /// The attendee.
        public let attendee: EmailAddress?
        /// The revision of the session in the invitation.
        public let revision: Int

        /// Creates a reply.
        public init(_ answer: Answer, by attendee: EmailAddress?, to revision: Int) {
            self.answer = answer
            self.attendee = attendee
            self.revision = revision
        }
    }

    /// Decides about a reply to an invitation.
    ///
    /// A reply counts only if it comes from the client and concerns the current revision of the session. It never
    /// cancels a session.
    ///
    /// - Parameters:
    ///   - reply: The reply.
    ///   - session: The session in the reply, if it exists.
    ///   - isAhead: Whether the session is in the future.
    /// - Returns: The decision.
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
            decision.withdrawsConfirmation = true
            decision.requestsCall = true
            return decision
        }
    }
}
