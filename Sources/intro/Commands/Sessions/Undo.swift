import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

/// `intro undo`: corrects the marks or the cancellations of sessions.
struct Undo: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Undo a mark or a cancellation.",
        discussion: """
            Each session is booked again at its time, if that is still free. A client who was notified of the \
            cancellation is notified that the session takes place.

            Example: intro undo K7Q2-9FXM --reason "wrong client"
            """)

    @Argument(help: .session, completion: .references)
    var references: [String]

    @Option(help: ArgumentHelp("The reason, for the event log.", valueName: "text"))
    var reason: String

    @OptionGroup var change: ChangeOptions

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        var request = try change.request(now: intro.now)
        request.reportsMessages = true
        let reason = try SingleLineText(reason, field: "--reason").text
        let database = try await intro.databaseCheckedWhenRead()
        try await intro.forEach(references, for: request.requestID, in: database) { session in
            let result: ChangeResult
            do {
                result = try await intro.frontDesk(database).undo(session.reference, reason: reason, request)
            } catch let refusal as Refusal where refusal.rule == .notChangeable {
                throw try await self.refusal(refusal, of: session, in: database)
            }
            let session = result.session
            let open = session.status == .booked && session.endsAt <= request.now ? " It is not marked yet." : ""
            return SessionOutcome(
                result, .correction, request,
                what: "\(session.start) with \(session.trainer.name) for \(session.client.name).\(open)")
        }
    }

    /// Returns the refusal for a booked session; if it was found by its client, the hint names the client's sessions
    /// that are marked or cancelled.
    private func refusal(_ refusal: Refusal, of session: Session, in database: Database) async throws -> Refusal {
        guard !references.contains(where: { (try? Reference($0)) == session.reference }) else { return refusal }
        let sessions = try await database.withConnection { connection in
            try await SessionRepository(connection).all(for: session.client.id)
        }
        let others = sessions.filter { $0.status != .booked }.sorted { $0.startsAt > $1.startsAt }.prefix(3)
        guard !others.isEmpty else { return refusal }
        let hints = others.map { other -> TimedText in
            "for the \(other.status.words) session of \(other.start): `intro undo \(other.reference) --reason TEXT`"
        }
        return Refusal(refusal.rule, refusal.reason, hint: TimedText(joining: hints, with: "; "))
    }
}
