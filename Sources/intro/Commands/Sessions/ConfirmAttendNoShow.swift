import ArgumentParser
import Booking
import BookingStore
import Reminders

/// `intro confirm`: marks a session as confirmed by the client.
struct Confirm: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm", abstract: "Mark a session as confirmed by the client.")

    @Argument(help: .session)
    var reference: String

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let database = try await intro.database()
        let reference = try await intro.session(reference, in: database).reference
        let session = try await intro.frontDesk(database).confirm(reference, now: intro.now)
        try intro.console.report(SessionRecord(session)) {
            "Confirmed  \(session.reference)  \(session.localStart) with \(session.trainer.name) "
                + "for \(session.client.name).".visible
        }
    }
}

/// `intro attend`: marks a session as attended.
struct Attend: IntroSubcommand {
    static let configuration = CommandConfiguration(commandName: "attend", abstract: "Mark a session as attended.")

    @Argument(help: .session)
    var reference: String

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        try await intro.close(reference, as: .attended, saying: "Attended")
    }
}

/// `intro no-show`: marks a session as a no-show.
struct NoShow: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "no-show", abstract: "Mark a session as a no-show.")

    @Argument(help: .session)
    var reference: String

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        try await intro.close(reference, as: .noShow, saying: "No-show")
    }
}

extension Intro {
    /// Closes a session and prints the result, with a note if the session has not begun yet.
    fileprivate func close(_ text: String, as outcome: Session.Status, saying word: String) async throws {
        let database = try await database()
        let reference = try await session(text, in: database).reference
        let session = try await frontDesk(database).close(reference, as: outcome)
        if session.startsAt > now {
            console.note("note: \(session.reference) has not begun yet: it starts at \(session.localStart)")
        }
        try console.report(SessionRecord(session)) {
            "\(word)  \(session.reference)  \(session.localStart) with \(session.trainer.name) "
                + "for \(session.client.name).".visible
        }
    }
}
