import ArgumentParser
import Booking
import BookingStore

/// `intro confirm`: the client says that they will come.
struct Confirm: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm", abstract: "Mark a session as confirmed by the client.")

    @Argument(help: ArgumentHelp("The booking reference, such as K7Q2-9FXM.", valueName: "ref"))
    var reference: String

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let reference = try Reference(reference)
        let session = try await intro.frontDesk(intro.database()).confirm(reference, now: intro.now)
        try intro.console.report(SessionRecord(session)) {
            "Confirmed  \(session.reference)  \(session.localStart) with \(session.trainer.name) "
                + "for \(session.client.name).".visible
        }
    }
}
