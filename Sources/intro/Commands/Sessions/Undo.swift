import ArgumentParser
import Booking
import BookingStore
import Reminders

/// `intro undo`: corrects the mark or the cancellation of a session.
struct Undo: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Undo a mark or a cancellation.",
        discussion: """
            The session is booked again at its time, if that is still free. A client who was notified of the \
            cancellation is notified that the session takes place.

            Example: intro undo K7Q2-9FXM --reason "wrong client"
            """)

    @Argument(help: .session, completion: .references)
    var reference: String

    @Option(help: ArgumentHelp("The reason, for the event log.", valueName: "text"))
    var reason: String

    @OptionGroup var change: ChangeOptions

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        var request = try change.request(now: intro.now)
        request.reportsMessages = true
        let reason = try SingleLineText(reason, field: "--reason").text
        let database = try await intro.databaseCheckedWhenRead()
        try await intro.forEach([reference], for: request.requestID, in: database) { session in
            let result = try await intro.frontDesk(database).undo(session.reference, reason: reason, request)
            let session = result.session
            let open = session.status == .booked && session.endsAt <= request.now ? " It is not marked yet." : ""
            return SessionOutcome(
                result, .correction, request,
                what: "\(session.start) with \(session.trainer.name) for \(session.client.name).\(open)")
        }
    }
}
