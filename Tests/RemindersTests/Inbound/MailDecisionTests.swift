import Booking
import Foundation
import Reminders
import Testing

@Suite("Decisions about mail to the sender's address")
struct MailDecisionTests {
    private let anna: EmailAddress
    private let ben: EmailAddress
    private let message: MailDecision.Message

    init() throws {
        anna = try EmailAddress("anna@example.com")
        ben = try EmailAddress("ben@example.com")
        message = MailDecision.Message(recipient: anna, audience: .client)
    }

    private func claim(_ address: EmailAddress, _ claim: ReportedAddress.Claim) -> [ReportedAddress] {
        [ReportedAddress(address, claim: claim, detail: "550")]
    }

    @Test("blocks the message's recipient only if the address is invalid")
    func failures() {
        let dead = MailDecision.failure(claim(anna, .addressInvalid), of: message)
        #expect(dead.suppression == .hardBounce && dead.failsMessage && dead.review == nil && dead.detail == "550")
        let refused = MailDecision.failure(claim(anna, .messageRefused), of: message)
        #expect(refused.suppression == nil && refused.failsMessage && refused.review == nil)
        let unclear = MailDecision.failure(claim(anna, .failed), of: message)
        #expect(unclear.suppression == nil && unclear.failsMessage && unclear.review == .unclearReason)
        let delayed = MailDecision.failure(claim(anna, .noFailure), of: message)
        #expect(delayed.suppression == nil && !delayed.failsMessage && delayed.review == nil)
    }

    @Test("requires review of a report about an unknown message or another recipient")
    func strangers() {
        #expect(MailDecision.failure(claim(anna, .addressInvalid), of: nil) == .needsReview(.unknownMessage))
        #expect(MailDecision.failure(claim(ben, .addressInvalid), of: message) == .needsReview(.otherRecipient))
        #expect(MailDecision.failure([], of: message) == .needsReview(.otherRecipient))
    }

    @Test("recognizes another spelling of the address, and the final address of forwarded mail")
    func spellings() throws {
        let forwarded = ReportedAddress(ben, finalAddress: anna, claim: .addressInvalid, detail: nil)
        #expect(MailDecision.failure([forwarded], of: message).suppression == .hardBounce)
        let capital = try EmailAddress("Anna@Example.COM")
        #expect(MailDecision.failure(claim(capital, .addressInvalid), of: message).suppression == .hardBounce)
        let several = claim(ben, .messageRefused) + claim(anna, .addressInvalid)
        #expect(MailDecision.failure(several, of: message).suppression == .hardBounce)
    }

    @Test("does not block a staff address because of a report", arguments: [Audience.trainer, .studio])
    func staff(audience: Audience) {
        let message = MailDecision.Message(recipient: anna, audience: audience)
        let failure = MailDecision.failure(claim(anna, .addressInvalid), of: message)
        #expect(failure.suppression == nil && failure.failsMessage && failure.review == .staffAddress)
        let complaint = MailDecision.complaint(.complaint, by: [anna], known: [], about: message)
        #expect(complaint.suppression == nil && complaint.review == .staffAddress)
    }

    @Test("a complaint blocks the message's recipient, unless it names another known person only")
    func complaints() throws {
        let hash = try EmailAddress("f63fVYmqkR8Zo3@example.com")
        for named in [[anna], [], [hash], [hash, anna]] {
            #expect(MailDecision.complaint(.complaint, by: named, known: [], about: message).suppression == .complaint)
        }
        #expect(MailDecision.complaint(.optOut, by: [], known: [], about: message).suppression == .optOut)
        #expect(
            MailDecision.complaint(.complaint, by: [ben], known: [ben], about: message) == .needsReview(.otherRecipient)
        )
        #expect(
            MailDecision.complaint(.complaint, by: [ben, anna], known: [ben], about: message).suppression == .complaint)
        #expect(MailDecision.complaint(.complaint, by: [anna], known: [], about: nil) == .needsReview(.unknownMessage))
    }

    private func session(_ status: Session.Status = .booked, revision: Int32 = 2) throws -> Session {
        let start = Date(timeIntervalSince1970: 1_796_144_400)
        return Session(
            id: Session.ID(1), reference: try Reference("K7Q29FXM"), status: status, revision: revision,
            client: Client(id: Client.ID(1), name: "Anna", email: anna, phone: nil),
            trainer: Session.TrainerName(id: Trainer.ID(1), handle: "maria", name: "Maria Lopez"),
            studio: Session.Place(
                id: Studio.ID(1), handle: "downtown", name: "Downtown",
                clock: try StudioClock(timeZone: "America/Los_Angeles")),
            startsAt: start, endsAt: start + 1200, bookedAt: start - 864_000, overrideReason: nil, cancelReason: nil)
    }

    private func decide(
        _ answer: MailDecision.Answer, by attendee: EmailAddress?, to revision: Int = 2, _ session: Session?,
        isAhead: Bool = true
    ) -> MailDecision {
        .reply(MailDecision.Reply(answer, by: attendee, to: revision), to: session, isAhead: isAhead)
    }

    @Test("confirms an accepted invitation, and requests a call for a declined one")
    func replies() throws {
        let accepted = decide(.accepted, by: anna, try session())
        #expect(accepted.confirms && !accepted.requestsCall && accepted.review == nil)
        let declined = decide(.declined, by: anna, try session())
        #expect(!declined.confirms && declined.requestsCall && declined.review == .declined)
        #expect(declined.withdrawsConfirmation && !accepted.withdrawsConfirmation)
        #expect(decide(.undecided, by: anna, try session()) == .needsReview(.undecided))
    }

    @Test("accepts a reply only from the client, to the current revision of a future session")
    func invalidReplies() throws {
        for answer in MailDecision.Answer.allCases {
            #expect(decide(answer, by: ben, try session()) == .needsReview(.otherAttendee))
            #expect(decide(answer, by: nil, try session()) == .needsReview(.otherAttendee))
            #expect(decide(answer, by: anna, to: 1, try session()) == .needsReview(.otherRevision))
            #expect(decide(answer, by: anna, to: 3, try session()) == .needsReview(.otherRevision))
            #expect(decide(answer, by: anna, nil) == .needsReview(.unknownEvent))
            #expect(decide(answer, by: anna, try session(), isAhead: false) == .needsReview(.sessionClosed))
            #expect(decide(answer, by: anna, try session(.cancelled)) == .needsReview(.sessionClosed))
        }
    }

    @Test("parses the UID of a session's calendar entry, and rejects others")
    func uid() throws {
        let uid = SessionUID(try session())
        #expect(uid.description == "k7q29fxm-1795280400@intro")
        #expect(SessionUID(uid.description) == uid)
        for text in ["", "k7q29fxm@intro", "k7q29fxm-1@x.test", "k7q29fxm-x@intro", "k7q2-9fxm-1@intro", "x-1@intro"] {
            #expect(SessionUID(text) == nil, "\(text)")
        }
    }
}
