import ArgumentParser
import Booking
import BookingStore
import Postgres
import Reminders

/// `intro cancel`: cancels a session.
struct Cancel: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel a session and free its slot.")

    @Argument(help: ArgumentHelp("The booking reference, such as K7Q2-9FXM.", valueName: "ref"))
    var reference: String

    @Option(help: ArgumentHelp("The reason, for the event log.", valueName: "reason"))
    var reason: String?

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let reference = try Reference(reference)
        let reason = try reason.map { try SingleLineText($0, field: "--reason").text }
        let database = try await intro.database()
        let session = try await intro.frontDesk(database).cancel(reference, reason: reason, now: intro.now)
        try intro.console.report(SessionRecord(session)) {
            "Cancelled  \(session.reference)  \(session.localStart) with \(session.trainer.name) "
                + "for \(session.client.name).".visible
        }
    }
}

/// `intro reschedule`: moves a session.
struct Reschedule: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "reschedule", abstract: "Move a session to another time or trainer.")

    @Argument(help: ArgumentHelp("The booking reference, such as K7Q2-9FXM.", valueName: "ref"))
    var reference: String

    @Option(help: ArgumentHelp("The new time, such as \"tomorrow 9am\".", valueName: "time"))
    var at: String

    @Option(help: ArgumentHelp("The new trainer. (default: the same)", valueName: "handle"))
    var trainer: String?

    @Option(help: ArgumentHelp("Move despite hours, notice or limits; logs the reason.", valueName: "reason"))
    var override: String?

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let reference = try Reference(reference)
        let reason = try override.map { try SingleLineText($0, field: "--override").text }
        let trainer = try trainer.map { try Handle($0, field: "--trainer") }
        let database = try await intro.database()
        let (session, other) = try await database.withConnection { connection -> (Session, Trainer?) in
            let session = try await SessionRepository(connection).named(reference)
            guard let trainer else { return (session, nil) }
            return (session, try await TrainerRepository(connection).named(trainer))
        }
        let now = intro.now
        let start = try parseInstant(at, field: "--at", clock: session.studio.clock, now: now)
        let result = try await intro.frontDesk(database).reschedule(
            reference, to: start, with: other, overrideReason: reason, now: now)
        let moved = result.session
        var record = SessionRecord(moved)
        record.moved = result.moved
        try intro.console.report(record) {
            guard result.moved else {
                return "\(moved.reference) is already at \(moved.localStart) with \(moved.trainer.name).".visible
            }
            let waived = moved.waivedText(under: reason)
            return "Moved  \(moved.reference)  from \(session.localStart) to \(moved.localStart) ".visible
                + "with \(moved.trainer.name) for \(moved.client.name).\(waived)".visible
        }
    }
}
