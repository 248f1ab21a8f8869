import Booking
import Testing

@testable import intro

@Suite("hints of refusals")
struct RemedyTextTests {
    private static let toPhoenix = Refusal.Remedy.StudioChange(studio: "phoenix", trainer: "luz", present: "downtown")

    private static let rows: [(Refusal.Remedy, String)] = [
        (.instruction("choose another time"), "choose another time"),
        (
            .chooseStudio(toPhoenix),
            "add --studio phoenix, or choose another trainer: see `intro agenda downtown`"
        ),
        (
            .requestTrainer(studio: "downtown"),
            "to book outside the hours, name the trainer with --trainer; for the free slots see "
                + "`intro slots --studio downtown`"
        ),
        (
            .assignTrainer(studio: "downtown"),
            "set hours for another trainer: `intro trainer hours HANDLE --studio downtown --set HOURS`"
        ),
        (.chooseOtherTime(studio: "downtown"), "choose another time: see `intro slots --studio downtown`"),
        (
            .bookAgain(Client.ID(17), studio: "downtown"),
            "book another time: `intro book --client 17 --studio downtown --at TIME`"
        ),
        (.checkTrainerHours(handle: "maria"), "see `intro trainer hours maria`, or pass --override REASON"),
        (.setTrainerHours, "set some with `intro trainer hours HANDLE --set`"),
        (.chooseOfferedStart, "choose a start from `intro slots`, or pass --override REASON"),
        (.chooseOpenDay(studio: "downtown"), "choose another day: `intro slots --studio downtown`"),
        (.chooseFreeSlot(studio: "downtown"), "see `intro slots --studio downtown`"),
        (.chooseDay, "choose another day, or pass --override REASON"),
        (.chooseDayOrTrainer, "choose another day or trainer, or pass --override REASON"),
        (.chooseLaterTime, "choose a later time, or pass --override REASON"),
        (.recordPastSession, "choose a later time, or pass --override REASON to record it"),
        (.chooseEarlierTime, "choose an earlier time, or pass --override REASON"),
        (.overrideNoShows, "book anyway with --override REASON"),
        (.offerMembership, "offer a membership consultation, or grant another with --override REASON"),
        (
            .overrideSharedContact,
            "people who share an e-mail or a phone have one free session; grant another with --override REASON"
        ),
        (.findPriorSession, "see `intro client show`, or grant another with --override REASON"),
        (.checkSession, "see `intro show`"),
        (.findClient, "see `intro client list --search`; a person who returns is a new client"),
        (.checkClient(Client.ID(17)), "see `intro client show 17`"),
        (.findClientByEmail, "see `intro client show` with it"),
        (.listRules, "see `intro rules list`"),
        (.listStudios, "see `intro studio list`"),
        (.listTrainers, "see `intro trainer list`"),
        (.listUnknownMessages, "see `intro reminders unknown`"),
    ]

    @Test("words each remedy with its command and options", arguments: rows)
    func remedy(remedy: Refusal.Remedy, hint: String) {
        let failure = Failure(describing: Refusal(.notChangeable, "message", remedy: remedy))
        #expect(failure == Failure(code: "not_changeable", message: "message", hint: hint, exit: .refused))
    }

    @Test("words the remedies that name a session")
    func session() throws {
        let reference = try Reference("K7Q2-9FXM")
        let rows: [(Refusal.Remedy, String)] = [
            (.markPriorSession(reference), "mark it first: `intro attend K7Q2-9FXM` or `intro no-show K7Q2-9FXM`"),
            (.movePriorSession(reference), "move it with `intro reschedule K7Q2-9FXM --at TIME`"),
            (
                .moveToStudio(Self.toPhoenix, reference),
                "to move it there: `intro reschedule K7Q2-9FXM --studio phoenix --trainer luz --at TIME`; otherwise "
                    + "choose another trainer: see `intro agenda downtown`"
            ),
            (.cancelSession(reference), "cancel it first: `intro cancel K7Q2-9FXM`"),
            (.markSession(reference), "mark it: `intro attend K7Q2-9FXM` or `intro no-show K7Q2-9FXM`"),
            (
                .markOrCancelForStudio(reference),
                "mark it: `intro attend K7Q2-9FXM` or `intro no-show K7Q2-9FXM`; if the studio cancels it: "
                    + "`intro cancel K7Q2-9FXM --by studio`"
            ),
            (
                .correctSession(reference, status: .attended),
                "to correct it: `intro undo K7Q2-9FXM --reason TEXT`; the free session is used: offer a membership "
                    + "consultation"
            ),
            (
                .correctSession(reference, status: .noShow),
                "to correct it: `intro undo K7Q2-9FXM --reason TEXT`; or book another session, if the limit of "
                    + "no-shows allows it"
            ),
            (
                .correctSession(reference, status: .cancelled),
                "to correct it: `intro undo K7Q2-9FXM --reason TEXT`; or book another session for this client"
            ),
        ]
        for (remedy, hint) in rows { #expect(Refusal(.notChangeable, "message", remedy: remedy).hint == hint) }
    }

    @Test("words a different name by the identifier and the number of its owners")
    func nameConflict() throws {
        let greg = Client(id: Client.ID(17), name: "Greg Park", email: nil, phone: nil)
        let ines = Client(id: Client.ID(18), name: "Ines Park", email: nil, phone: nil)
        let email = Contact.email(try EmailAddress("greg@example.com"))
        let phone = Contact.phone(try PhoneNumber("(213) 555-0601", region: try Region("US")))
        let rows: [(Contact?, [Client], String)] = [
            (nil, [greg], "to book for Greg Park, add --yes; otherwise correct the client number"),
            (email, [greg], "to book for Greg Park, add --yes; another person needs an e-mail of their own"),
            (
                phone, [greg, ines],
                "to book for one of them, give their client number to --client; for another person with the same "
                    + "phone, add them first: `intro client add NAME --phone NUMBER`, and book by the new client number"
            ),
        ]
        for (contact, clients, hint) in rows {
            let identification = Identification(
                named: Identification.Owners(of: contact, clients), name: "Zoe Quinn", acceptsOtherName: false)
            guard case .otherName(let refusal) = identification.decision else {
                Issue.record("\(identification.decision)")
                continue
            }
            #expect(refusal.hint == hint)
        }
    }
}
