public import Booking
public import BookingStore
public import FoundationEssentials

extension ClaimedMessage {
    /// A message about a session that nobody has booked: tomorrow at nine in Los Angeles, for one Ana Lima.
    ///
    /// - Parameters:
    ///   - rule: The rule.
    ///   - language: The language.
    ///   - recipient: Where it goes; `nil` is to nobody.
    ///   - now: The present instant.
    /// - Returns: The message to be written.
    /// - Throws: Never, as long as the sample's parts are valid.
    public static func sample(
        of rule: ReminderRule, in language: Language, to recipient: Recipient? = nil, at now: Date
    ) throws -> ClaimedMessage {
        let clock = try StudioClock(timeZone: "America/Los_Angeles")
        let tomorrow = clock.date(of: now).adding(days: 1)
        let start = clock.startOfDay(tomorrow) + 9 * 3600
        let place = Session.Place(id: Studio.ID(0), handle: "downtown", name: "Downtown Strength", clock: clock)
        let trainer = Session.TrainerName(id: Trainer.ID(0), handle: "maria", name: "Maria Lopez")
        let (email, phone) = (try EmailAddress("ana@example.com"), try PhoneNumber(e164: "+12135550142"))
        let ended: Session.Status = rule.condition == .noShow ? .noShow : .attended
        let session = Session(
            id: Session.ID(0), reference: try Reference("K7Q29FXM"),
            status: rule.anchor == .cancelled ? .cancelled : rule.anchor == .end ? ended : .booked,
            revision: [.moved, .trainerChanged, .cancelled].contains(rule.anchor) ? 2 : 1,
            client: Client(id: Client.ID(0), name: "Ana Lima", email: email, phone: phone, language: language),
            trainer: trainer, studio: place, startsAt: start, endsAt: start + 1200, bookedAt: now,
            overrideReason: nil, cancelReason: nil)
        return ClaimedMessage(
            message: 0, rule: rule.key.text, template: rule.template.text, language: language,
            audience: rule.audience, revision: session.revision,
            recipient: recipient ?? (rule.channel == .email ? .email(email) : .phone(phone)),
            subject: rule.anchor == .day
                ? .day(WorkDay(trainer: trainer, studio: place, date: tomorrow, sessions: [session]))
                : .session(session),
            desk: Desk(
                name: place.name, address: "500 S Hope St, Los Angeles, CA 90071",
                phone: try PhoneNumber(e164: "+12135550100"), email: try EmailAddress("downtown@example.com")),
            deadline: rule.anchor == .end ? start + 4 * 86_400 : start)
    }
}
