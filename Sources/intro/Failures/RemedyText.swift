import Booking

extension Refusal {
    /// The next step, in the terms of the command line, with times in the form for programs.
    var hint: String { timedHint.text(in: .iso) }

    /// The next step, in the terms of the command line.
    var timedHint: TimedText { remedy.text }
}

extension Refusal.Remedy {
    /// The next step, in the terms of the command line.
    fileprivate var text: TimedText {
        switch self {
        case .instruction(let text): text
        case .chooseStudio(let change):
            "add --studio \(change.studio), or choose another trainer: see `intro agenda \(change.present)`"
        case .moveToStudio(let change, let reference):
            "to move it there: `intro reschedule \(reference) --studio \(change.studio) --trainer \(change.trainer) "
                + "--at TIME`; otherwise choose another trainer: see `intro agenda \(change.present)`"
        case .requestTrainer(let studio):
            "to book outside the hours, name the trainer with --trainer; "
                + "for the free slots see `intro slots --studio \(studio)`"
        case .assignTrainer(let studio):
            "set hours for another trainer: `intro trainer hours HANDLE --studio \(studio) --set HOURS`"
        case .chooseOtherTime(let studio): "choose another time: see `intro slots --studio \(studio)`"
        case .bookAgain(let client, let studio):
            "book another time: `intro book --client \(client.value) --studio \(studio) --at TIME`"
        case .checkTrainerHours(let handle): "see `intro trainer hours \(handle)`, or pass --override REASON"
        case .setTrainerHours: "set some with `intro trainer hours HANDLE --set`"
        case .chooseOfferedStart: "choose a start from `intro slots`, or pass --override REASON"
        case .chooseOpenDay(let studio): "choose another day: `intro slots --studio \(studio)`"
        case .chooseFreeSlot(let studio): "see `intro slots --studio \(studio)`"
        case .chooseDay: "choose another day, or pass --override REASON"
        case .chooseDayOrTrainer: "choose another day or trainer, or pass --override REASON"
        case .chooseLaterTime: "choose a later time, or pass --override REASON"
        case .recordPastSession: "choose a later time, or pass --override REASON to record it"
        case .chooseEarlierTime: "choose an earlier time, or pass --override REASON"
        case .overrideNoShows: "book anyway with --override REASON"
        case .offerMembership: "offer a membership consultation, or grant another with --override REASON"
        case .markPriorSession(let reference):
            "mark it first: `intro attend \(reference)` or `intro no-show \(reference)`"
        case .movePriorSession(let reference): "move it with `intro reschedule \(reference) --at TIME`"
        case .overrideSharedContact:
            "people who share an e-mail or a phone have one free session; grant another with --override REASON"
        case .findPriorSession: "see `intro client show`, or grant another with --override REASON"
        case .markSession(let reference): "mark it: `intro attend \(reference)` or `intro no-show \(reference)`"
        case .markOrCancelForStudio(let reference):
            "mark it: `intro attend \(reference)` or `intro no-show \(reference)`; "
                + "if the studio cancels it: `intro cancel \(reference) --by studio`"
        case .correctSession(let reference, let status):
            "to correct it: `intro undo \(reference) --reason TEXT`\(status.alternativeToCorrection)"
        case .resolveOtherSession: "cancel or correct that session first"
        case .markAfterStart: "mark it after its start, or pass --override REASON"
        case .checkSession: "see `intro show`"
        case .resolveName(let conflict): "\(conflict.hint)"
        case .cancelSession(let reference): "cancel it first: `intro cancel \(reference)`"
        case .findClient: "see `intro client list --search`; a person who returns is a new client"
        case .checkClient(let client): "see `intro client show \(client.value)`"
        case .findClientByEmail: "see `intro client show` with it"
        case .listRules: "see `intro rules list`"
        case .listStudios: "see `intro studio list`"
        case .listTrainers: "see `intro trainer list`"
        case .listUnknownMessages: "see `intro reminders unknown`"
        }
    }
}

extension Session.Status {
    /// The alternative to correcting a session with this status; printed after the correction.
    fileprivate var alternativeToCorrection: String {
        switch self {
        case .booked: ""
        case .attended: "; the free session is used: offer a membership consultation"
        case .noShow: "; or book another session, if the limit of no-shows allows it"
        case .cancelled: "; or book another session for this client"
        }
    }
}

extension Identification.NameConflict {
    fileprivate var hint: String {
        let known =
            clients.count == 1
            ? "to book for \(clients.map { visible($0.name) }.joined()), add --yes"
            : "to book for one of them, give their client number to --client"
        return switch basis {
        case .clientNumber: "\(known); otherwise correct the client number"
        case .email: "\(known); another person needs an e-mail of their own"
        case .phone:
            "\(known); for another person with the same phone, add them first: "
                + "`intro client add NAME --phone NUMBER`, and book by the new client number"
        }
    }
}
