import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

/// `intro show`: shows sessions.
struct Show: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show sessions.", discussion: "Example: intro show K7Q2-9FXM")

    @Argument(help: .session, completion: .references)
    var references: [String]

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        try await intro.forEach(references, in: intro.databaseCheckedWhenRead(), separatedBy: "\n") { session in
            SessionOutcome(
                session, text: details(session, times: intro.console.times).text(on: intro.console))
        }
    }

    private func details(_ session: Session, times: TimeFormat) -> KeyValueTable {
        let problem = [session.affected?.words, session.affectedReason].compactMap(\.self).joined(separator: ": ")
        let contact = [session.client.email?.address, session.client.phone?.display].compactMap(\.self)
        var keyValues = KeyValueTable([
            "Reference": session.reference.description,
            "When": session.start.text(in: times),
            "Client": "\(session.client.name) (\(session.client.id.value))",
            "Contact": contact.joined(separator: ", "),
            "Trainer": session.trainer.name,
            "Studio": session.studio.name,
            "Status": session.status.words,
            "Problem": problem.isEmpty ? nil : problem,
            "Confirmed": session.confirmedAt.map { times.text($0, on: session.studio.clock) },
            "Override": session.overrideReason,
            "Cancelled by": session.cancelledBy.map { "the \($0.rawValue)" },
            "Cancelled": session.cancelReason,
        ])
        keyValues.append("Notes", lines(of: session.notes, on: session.studio.clock, times))
        return keyValues
    }
}

extension Session.Status {
    /// The status as text.
    var words: String {
        self == .noShow ? "no-show" : rawValue
    }
}

/// The JSON form of a session.
struct SessionRecord: Encodable, Sendable, Equatable {
    struct Client: Encodable, Sendable, Equatable {
        let id: Int64
        let name: String
        @NullWhenNil var email: String?
        @NullWhenNil var phone: String?
    }

    struct Trainer: Encodable, Sendable, Equatable {
        let handle: String
        let name: String
    }

    struct Studio: Encodable, Sendable, Equatable {
        let id: String
        let name: String
        let timeZone: String
    }

    @NullWhenNil var reference: String?
    let status: String
    let revision: Int32
    let client: Client
    let trainer: Trainer
    let studio: Studio
    let startsAt: Date
    let endsAt: Date
    let localStart: String
    @NullWhenNil var overrideReason: String?
    @NullWhenNil var cancelReason: String?
    /// The party that cancelled the session: client or studio.
    @NullWhenNil var cancelledBy: String?
    @NullWhenNil var confirmedAt: Date?
    /// The rules that an override waived.
    let waivedRules: [String]
    /// The notes about the client, oldest first.
    let notes: [NoteRecord]
    /// The reason why the session cannot take place as booked: away, closed, outside_hours or trainer_retired.
    @NullWhenNil var affected: String?
    @NullWhenNil var affectedReason: String?
    /// Only after `book`: `false` if the result of an earlier request is returned.
    var created: Bool?
    /// Only after `book`: the contacts that were stored, because the client did not have them.
    var contactsStored: [String]?
    /// Only after `book`: the contacts that were not stored, and why.
    var contactsNotStored: [ContactNotStoredRecord]?
    /// Only after `reschedule`: `false` if the session already was at that time with that trainer.
    var moved: Bool?
    /// Only for a request key that was used before: the change was made by the earlier request.
    var repeated: Bool?
    /// Only with `--dry-run`.
    var dryRun: Bool?
    /// Only after `book`, `reschedule`, `cancel` and `undo`: the messages to the client about the present state.
    var messages: [ExpectedMessageRecord]?
    /// With `messages`: those to the trainer and the studio.
    var staffMessages: [ExpectedMessageRecord]?
    /// With `messages`: whether a runner is active, without which messages wait.
    var runnerActive: Bool?

    init(_ session: Session) {
        reference = session.reference.description
        status = session.status.rawValue
        revision = session.revision
        client = Client(
            id: session.client.id.value, name: session.client.name, email: session.client.email?.address,
            phone: session.client.phone?.e164)
        trainer = Trainer(handle: session.trainer.handle, name: session.trainer.name)
        studio = Studio(
            id: session.studio.handle, name: session.studio.name, timeZone: session.studio.clock.identifier)
        startsAt = session.startsAt
        endsAt = session.endsAt
        localStart = session.localStart
        overrideReason = session.overrideReason
        cancelReason = session.cancelReason
        cancelledBy = session.cancelledBy?.rawValue
        confirmedAt = session.confirmedAt
        waivedRules = session.waivedRules.map(\.rawValue)
        notes = session.notes.map { NoteRecord($0) }
        affected = session.affected?.rawValue
        affectedReason = session.affectedReason
    }
}

extension Session {
    /// Returns a sentence about the rules that an override waived; empty without an override.
    func waivedText(under reason: String?) -> String {
        guard reason != nil else { return "" }
        guard !waivedRules.isEmpty else { return " No rule had to be waived." }
        return " Waived: " + waivedRules.map { $0.text(trainer: trainer.name) }.joined(separator: ", ") + "."
    }
}

extension Refusal.Rule {
    /// Returns the name of the waived rule.
    fileprivate func text(trainer: String) -> String {
        switch self {
        case .outsideHours: "outside \(trainer)'s working hours"
        case .tooSoon: "the notice"
        case .beyondHorizon: "the booking horizon"
        case .notOnGrid: "the slot times"
        case .dailyLimit: "\(trainer)'s daily limit"
        case .introAlreadyBooked: "another free session is booked"
        case .introAlreadyUsed: "the free session was used"
        case .tooManyNoShows: "the no-show limit"
        case .slotTaken, .away, .studioClosed, .studioFull, .clientBusy, .trainerRetired, .wallTimeMissing,
            .wallTimeAmbiguous, .notChangeable, .notStarted, .alreadyExists, .nameDiffers, .holdExpired, .sessionToCome,
            .clientForgotten:
            rawValue
        }
    }
}
