import ArgumentParser
import Booking
import BookingStore
import Postgres

/// `intro show`: one session.
struct Show: IntroSubcommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a session.")

    @Argument(help: ArgumentHelp("The booking reference, such as K7Q2-9FXM.", valueName: "ref"))
    var reference: String

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let reference = try Reference(reference)
        let session = try await intro.database().withConnection { connection in
            try await SessionRepository(connection).named(reference)
        }
        try intro.console.report(SessionRecord(session)) { card(session).text(colored: intro.console.isColored) }
    }

    private func card(_ session: Session) -> KeyValueTable {
        let problem = [session.affected?.words, session.affectedReason].compactMap(\.self).joined(separator: ": ")
        let contact = [session.client.email?.address, session.client.phone?.display].compactMap(\.self)
        return KeyValueTable([
            "Reference": session.reference.description,
            "When": session.localStart,
            "Client": "\(session.client.name) (\(session.client.id.value))",
            "Contact": contact.joined(separator: ", "),
            "Trainer": session.trainer.name,
            "Studio": session.studio.name,
            "Status": session.status.words,
            "Problem": problem.isEmpty ? nil : problem,
            "Confirmed": session.confirmedAt.map { session.studio.clock.text($0) },
            "Override": session.overrideReason,
            "Cancelled": session.cancelReason,
        ])
    }
}

extension Session.Status {
    /// The status for people.
    var words: String {
        self == .noShow ? "no-show" : rawValue
    }
}
