import ArgumentParser
import Booking
import BookingStore
import Reminders

/// `intro confirm`: marks sessions as confirmed by the client.
struct Confirm: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm", abstract: "Mark sessions as confirmed by the client.",
        discussion: "Example: intro confirm K7Q2-9FXM")

    @Argument(help: .session, completion: .references)
    var references: [String]

    @OptionGroup var change: ChangeOptions

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let request = try change.request(now: intro.now)
        let database = try await intro.databaseCheckedWhenRead()
        try await intro.forEach(references, for: request.requestID, in: database) { session in
            SessionOutcome(
                try await intro.frontDesk(database).confirm(session.reference, request), .confirmation,
                request)
        }
    }
}

/// `intro attend`: marks sessions as attended.
struct Attend: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "attend", abstract: "Mark sessions as attended.",
        discussion: """
            With --reason, corrects sessions that were marked as a no-show.

            Example: intro attend K7Q2-9FXM
            """)

    @Argument(help: .session, completion: .references)
    var references: [String]

    @OptionGroup var options: MarkOptions

    @OptionGroup var change: ChangeOptions

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        try await intro.mark(references, as: .attended, options, change)
    }
}

/// `intro no-show`: marks sessions as a no-show.
struct NoShow: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "no-show", abstract: "Mark sessions as a no-show.",
        discussion: """
            With --reason, corrects sessions that were marked as attended.

            Example: intro no-show K7Q2-9FXM
            """)

    @Argument(help: .session, completion: .references)
    var references: [String]

    @OptionGroup var options: MarkOptions

    @OptionGroup var change: ChangeOptions

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        try await intro.mark(references, as: .noShow, options, change)
    }
}

/// The options of the commands that mark sessions.
struct MarkOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The reason for a correction, for the event log.", valueName: "text"))
    var reason: String?

    @Option(help: ArgumentHelp("Mark before the start; logs the reason.", valueName: "reason"))
    var override: String?
}

extension Intro {
    /// Marks each session and prints the results.
    fileprivate func mark(
        _ references: [String], as outcome: Session.Status, _ options: MarkOptions, _ change: ChangeOptions
    ) async throws {
        let request = try change.request(now: now)
        let reason = try options.reason.map { try SingleLineText($0, field: "--reason").text }
        let overrideReason = try options.override.map { try SingleLineText($0, field: "--override").text }
        let database = try await database()
        try await forEach(references, for: request.requestID, in: database) { session in
            let result = try await frontDesk(database).mark(
                session.reference, as: outcome, reason: reason, overrideReason: overrideReason, request)
            return SessionOutcome(result, .mark(outcome), request)
        }
    }
}
