import ArgumentParser
import Booking
import BookingStore

/// `intro cancel`: calls a session off.
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
