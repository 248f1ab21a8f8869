import Testing

@testable import Booking
@testable import BookingStore
@testable import Reminders
@testable import intro

@Suite("failures of the domain in the terms of the command line")
struct DomainFailureTests {
    @Test("words each missing entity with the command that lists the others")
    func notFound() throws {
        let (handle, reference) = (try Handle("maria"), try Reference("K7Q2-9FXM"))
        let greg = Client(id: Client.ID(17), name: "Greg Park", email: nil, phone: nil)
        let email = Contact.email(try EmailAddress("greg@example.com"))
        let rows: [(NotFound.Subject, String, String)] = [
            (.studio(handle), "studio maria", "see `intro studio list`"),
            (.studioID(Studio.ID(1)), "studio", "see `intro studio list`"),
            (.trainer(handle), "trainer maria", "see `intro trainer list`"),
            (.absence(3, of: handle), "time off number 3 of maria", "see `intro trainer away maria --list`"),
            (.client(.id(Client.ID(5))), "client #5", "see `intro client list --search`"),
            (
                .unnamedClient(.id(Client.ID(5)), others: [Identification.Owners(of: email, [greg])]), "client #5",
                "add --name to book a new person; greg@example.com belongs to Greg Park (client 17)"
            ),
            (.namedClient("Greg"), "client \"Greg\"", "see `intro client list --search`"),
            (
                .sessionOfClient([greg]), "session of Greg Park (client 17)",
                "book one with `intro book`, or see `intro client list --search`"
            ),
            (.unsubscribeToken, "client with that token", "take it from the link in the mail"),
            (
                .session(reference), "session with the reference K7Q2-9FXM",
                "ask for the reference, or see `intro agenda`"
            ),
            (.sessionID(Session.ID(1)), "session", "see `intro agenda`"),
            (.rule(handle), "rule maria", "see `intro rules list`"),
            (.message(7), "message number 7", "see `intro reminders unknown`"),
            (.suppression, "blocked address or number", "see `intro suppression list`"),
            (.inboundMail(7), "mail number 7", "see `intro mail list`"),
            (.inboundText(7), "text number 7", "see `intro sms list`"),
        ]
        for (subject, what, hint) in rows {
            let expected = Failure(code: "not_found", message: "\(what) not found", hint: hint, exit: .notFound)
            #expect(Failure(describing: NotFound(subject)) == expected)
        }
    }

    private static let invalid: [(any Error, String, String)] = [
        (
            ClientIdentifier.UnrecognizedText(text: "0602"),
            "client \"0602\" is not an e-mail address, phone number or client number",
            "write ana@example.com, (415) 555-0100 or the number that `intro client list` shows; "
                + "part of a phone number is found by `intro client list --search`"
        ),
        (
            ReminderRule.Inconsistency.offsetTooLong, "--offset is longer than a year", "write it like -2h or -1d"
        ),
        (
            ReminderRule.Inconsistency.offsetAfterStart,
            "--offset is after the start, and no reminder is sent after the start", "write it like -2h or -1d"
        ),
        (
            ReminderRule.Inconsistency.offsetBeforeEvent, "--offset is before the event that it is relative to",
            "write it like 0, +2h or +1d"
        ),
        (ReminderRule.Inconsistency.offsetAfterDay, "--offset is after the day", "write it like -1d"),
        (
            ReminderRule.Inconsistency.offsetFromChange,
            "--offset cannot be used with a change, whose messages are sent at once",
            "leave it out"
        ),
        (
            ReminderRule.Inconsistency.dayWithoutTrainerMail, "--anchor day is for mail to trainers",
            "add --audience trainer --channel email"
        ),
        (
            ReminderRule.Inconsistency.timeWithoutWholeDays,
            "--at needs whole days before a start or after an end", "write it with --offset -1d"
        ),
        (
            ReminderRule.Inconsistency.conditionUnknown(known: [.start, .end]), "--condition is not known at that time",
            "use it with --anchor start, end"
        ),
    ]

    @Test("words invalid input with the options that correct it")
    func invalidInput() throws {
        for (error, message, hint) in Self.invalid {
            #expect(Failure(describing: error) == .invalidInput(message, hint: hint))
        }
        let period = InvalidHoursPeriod(firstDay: try LocalDate("2027-01-05"))
        #expect(
            Failure(describing: period)
                == .invalidInput(
                    "--until lies before the first day, 2027-01-05",
                    hint: "give the last day on which these hours count"))
    }

    @Test("advises on delivery problems with commands")
    func deliveryAdvice() {
        let messages = DeliveryAdvice.Problem.allCases.map { DeliveryAdvice.commandLine.message("problem", on: $0) }
        #expect(
            messages == [
                "problem: see `intro reminders list --status failed`", "problem: see `intro reminders unknown`",
                "problem: see `intro reminders hold --help`",
                "problem: see `intro reminders hold` and `intro reminders release`",
            ])
        #expect(DeliveryAdvice.none.message("problem", on: .held) == "problem")
    }
}
