import ArgumentParser
import Booking
import BookingStore

extension TrainerCommand {
    /// `intro trainer retire`.
    struct Retire: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "retire",
            abstract: "Deactivate a trainer.",
            discussion: "Past sessions are kept. Upcoming sessions stay booked and are listed."
        )

        @Argument(help: "The trainer.")
        var handle: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let handle = try Handle(handle, field: "the handle")
            let database = try await intro.database()
            let booked = try await intro.backOffice(database).retire(trainer: handle, now: intro.now)
            let (trainer, home) = try await intro.trainer(handle.text, in: database)
            var record = TrainerRecord(trainer)
            record.booked = booked.map(\.reference.description)
            record.affected = booked.map { SessionRecord($0) }
            try intro.console.report(record) {
                let colored = intro.console.isColored
                return AffectedSessions(booked).text(
                    after: KeyValueTable(trainer, clock: home.clock).text(colored: colored), colored: colored)
            }
        }
    }
}
