import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

/// `intro cancel`: cancels sessions.
struct Cancel: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel sessions and free their slots.",
        discussion: """
            With --by studio, a session can be cancelled after its start as well, and the client receives an apology.

            Example: intro cancel K7Q2-9FXM --reason "has a cold"
            """)

    @Argument(help: .session, completion: .references)
    var references: [String]

    @Option(help: ArgumentHelp("Who cancels: client or studio. (default: client)", valueName: "party"))
    var by: String?

    @Option(help: ArgumentHelp("The reason, for the event log.", valueName: "reason"))
    var reason: String?

    @OptionGroup var change: ChangeOptions

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        var request = try change.request(now: intro.now)
        request.reportsMessages = true
        let party = try by.map { try parseChoice($0, field: "--by", of: Session.CancelledBy.allCases) } ?? .client
        let reason = try reason.map { try SingleLineText($0, field: "--reason").text }
        let database = try await intro.databaseCheckedWhenRead()
        try await intro.forEach(references, for: request.requestID, in: database) { session in
            let result = try await intro.frontDesk(database).cancel(
                session.reference, by: party, reason: reason, request)
            return SessionOutcome(result, .cancellation(by: party), request)
        }
    }
}

/// `intro reschedule`: moves a session.
struct Reschedule: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "reschedule", abstract: "Move a session to another time, trainer or studio.",
        discussion: """
            Omitted options keep their values. At another studio, --at is that studio's local time, and the trainer with \
            the fewest sessions that day is chosen unless --trainer names one.

            Example: intro reschedule K7Q2-9FXM --trainer james
            """)

    @Argument(help: .session, completion: .references)
    var reference: String

    @Option(help: ArgumentHelp("The new time, such as \"tue 9am\" or soonest. (default: the same)", valueName: "time"))
    var at: String?

    @Option(
        help: ArgumentHelp("Handle or full name of the new trainer. (default: same)", valueName: "handle"),
        completion: .trainers)
    var trainer: String?

    @Option(help: ArgumentHelp("The new studio. (default: the same)", valueName: "id"), completion: .studios)
    var studio: String?

    @Option(help: ArgumentHelp("Move despite hours, notice or limits; logs the reason.", valueName: "reason"))
    var override: String?

    @OptionGroup var change: ChangeOptions

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func checkUsage() throws {
        guard at != nil || trainer != nil || studio != nil else {
            throw ValidationError("give --at, --trainer or --studio")
        }
    }

    func run(in intro: Intro) async throws {
        let database = try await intro.databaseCheckedWhenRead()
        var request = try change.request(now: intro.now)
        request.reportsMessages = true
        let session = try await intro.session(reference, for: request.requestID, in: database)
        let move = try await move(session, for: intro, in: database)
        let result = try await intro.frontDesk(database).reschedule(move, request)
        var outcome = SessionOutcome(
            result, .move, request, what: summary(result, from: session))
        outcome.record.moved = result.changed
        try intro.console.report(outcome.record) {
            guard result.changed else {
                let session = result.session
                return
                    "\(session.reference) is already at \(intro.console.start(of: session)) with \(session.trainer.name)."
                    .visible
            }
            return outcome.text(on: intro.console)
        }
    }

    /// Returns the request to move a session.
    private func move(_ session: Session, for intro: Intro, in database: Database) async throws -> MoveRequest {
        let reason = try override.map { try SingleLineText($0, field: "--override").text }
        let trainer = try await intro.trainerHandle(trainer, in: database)
        let studio = try await intro.studioHandle(studio, in: database)
        let (place, found) = try await database.withConnection { connection in
            let studios = StudioRepository(connection)
            var request = MoveRequest(session.reference)
            if let trainer { request.trainer = try await TrainerRepository(connection).named(trainer) }
            if let studio { request.studio = try await studios.named(studio) }
            guard let place = request.studio else { return (try await studios.with(session.studio.id), request) }
            return (place, request)
        }
        var request = found
        request.overrideReason = reason
        if at == nil, place.clock.offset(session.startsAt) != session.studio.clock.offset(session.startsAt) {
            throw Failure(
                code: "usage", message: "the new studio is in another time zone, so that the same time is not clear",
                hint: "give the new local time with --at", exit: .usage)
        }
        if let at {
            let present = place.id == session.studio.id ? session.trainer.id : nil
            request.start = try await intro.sessionStart(
                at, at: place, with: request.trainer?.id ?? present, in: database)
        }
        return request
    }

    private func summary(_ result: ChangeResult, from session: Session) -> TimedText {
        let moved = result.session
        let isSameStudio = moved.studio.id == session.studio.id
        let place = isSameStudio ? "" : ", at \(moved.studio.name)"
        let what: TimedText =
            "with \(moved.trainer.name) for \(moved.client.name)\(place).\(moved.waivedText(under: override))"
        if result.isRepeated { return "\(moved.start) \(what)" }
        if isSameStudio, moved.startsAt == session.startsAt {
            return "at \(moved.start) from \(session.trainer.name), now \(what)"
        }
        return "from \(session.start) to \(moved.start) \(what)"
    }
}
