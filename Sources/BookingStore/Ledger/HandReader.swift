import Booking
import FoundationEssentials
import Postgres

/// Makes hands of rows that hold ``HandReader/columns``.
enum HandReader {
    /// What is read of a message `m`, of how it was judged, and of its session.
    static let columns: SQL = """
        m.id, m.status, m.reason, m.trainer_id, m.day::text, m.rule, m.template, m.language, m.audience, m.revision, m.channel,
        m.address, m.attempts, m.deadline, c.unsubscribe_token, st.name, st.address, st.phone, st.email,
        \(SessionRepository.columns)
        """

    /// A trainer's day that was taken up; what is on it is read apart.
    struct Day {
        let letter: Letter
        let trainer: Trainer.ID
        let date: LocalDate
    }

    /// What every message has, whatever it is about.
    struct Letter {
        let message: Int64
        let rule: String
        let template: String
        let language: Language
        let audience: Audience
        let revision: Int32
        let recipient: Handout.Recipient
        let attempt: Int32
        let deadline: Date?
        let unsubscribeToken: UUID?
        let desk: Handout.Desk

        func handout(about subject: Handout.Subject) -> Handout {
            Handout(
                message: message, rule: rule, template: template, language: language, audience: audience,
                revision: revision, recipient: recipient, subject: subject, desk: desk, attempt: attempt,
                deadline: deadline, unsubscribeToken: unsubscribeToken)
        }
    }

    /// A row that cannot be read, such as an address that was imported and is none, must not keep others from going out.
    static func hand(_ rows: Rows) throws -> (hand: Hand, days: [Day]) {
        var hand = Hand()
        var days: [Day] = []
        try rows.forEach { row in
            let message = try row.next(Int64.self)
            let (status, reason) = (try row.next(String.self), try row.next(String?.self))
            switch (status, reason.flatMap { MessageObstacle(rawValue: $0) }) {
            case ("attempting", _): break
            case ("skipped", _):
                hand.skipped += 1
                return
            case (_, .some):
                hand.blocked += 1
                return
            case (_, nil):
                hand.postponed += 1
                return
            }
            do {
                let (trainer, date) = (try row.next(Int32?.self), try row.next(String?.self))
                let letter = try letter(message, &row)
                if let trainer, let date {
                    days.append(Day(letter: letter, trainer: Trainer.ID(trainer), date: try LocalDate(date)))
                } else {
                    hand.handouts.append(letter.handout(about: .session(try SessionReader.session(&row))))
                }
            } catch let problem as InvalidInput {
                hand.unreadable.append(unreadable(message, problem.description))
            } catch let problem as UnknownCode {
                hand.unreadable.append(unreadable(message, problem.description))
            }
        }
        return (hand, days)
    }

    private static func unreadable(_ message: Int64, _ problem: String) -> DeliveryRecord {
        DeliveryRecord(message: message, status: .failed, reason: "invalid_data", reply: problem)
    }

    private static func letter(_ message: Int64, _ row: inout Row) throws -> Letter {
        let (rule, template) = (try row.next(String.self), try row.next(String?.self))
        let (language, audience): (Language, Audience) = (try row.nextCode(), try row.nextCode())
        let revision = try row.next(Int32.self)
        let (channel, address): (Channel, String) = (try row.nextCode(), try row.next(String?.self) ?? "")
        return Letter(
            message: message, rule: rule, template: template ?? rule, language: language, audience: audience,
            revision: revision,
            recipient: try recipient(address, by: channel),
            attempt: try row.next(), deadline: try row.next(), unsubscribeToken: try row.next(),
            desk: Handout.Desk(
                name: try row.next(), address: try row.next(),
                phone: try row.next(String?.self).map { try PhoneNumber(e164: $0) },
                email: try row.next(String?.self).map { try EmailAddress($0) }))
    }

    private static func recipient(_ address: String, by channel: Channel) throws -> Handout.Recipient {
        switch channel {
        case .email: .email(try EmailAddress(address))
        case .sms: .phone(try PhoneNumber(e164: address))
        }
    }
}
