import ArgumentParser
import Booking
import BookingStore
import Postgres

extension TrainerCommand {
    /// `intro trainer show`.
    struct Show: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show a trainer with hours and time off."
        )

        @Argument(help: "The trainer.")
        var handle: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let (trainer, home) = try await intro.trainer(handle, in: database)
            let now = intro.now
            let (seasons, absences) = try await database.withConnection { connection in
                (
                    try await HoursRepository(connection).seasons(of: trainer.id),
                    try await TimeOffRepository(connection).all(of: trainer.id, after: now)
                )
            }
            let away = absences.map { ($0, Period($0, clock: home.clock)) }
            var record = TrainerRecord(trainer)
            record.hours = seasons.map { HoursRecord($0) }
            record.away = away.map { AbsenceRecord($0, $1) }
            try intro.console.report(record) {
                var sheet = KeyValueTable(trainer, clock: home.clock)
                sheet.append("Hours", seasons.map(\.text))
                sheet.append("Away", away.map { "\($1.text)" + ($0.reason.map { ": \($0)" } ?? "") })
                return sheet.text(colored: intro.console.isColored)
            }
        }
    }
}

extension KeyValueTable {
    /// A trainer for people, with times by the home studio's clock.
    init(_ trainer: Trainer, clock: StudioClock) {
        self.init([
            "Trainer": trainer.handle.text,
            "Name": trainer.name,
            "Studio": trainer.homeStudio.text,
            "Email": trainer.email?.address,
            "Phone": trainer.phone?.display,
            "Daily limit": trainer.dailyLimit.map { "\($0)" },
            "Retired": trainer.retiredAt.map { clock.text($0) },
        ])
    }
}

extension HoursSeason {
    /// The dates on which the hours count, for people.
    var dates: String {
        switch (from, until) {
        case (nil, nil): "always"
        case (let from?, nil): "from \(from)"
        case (nil, let until?): "until \(until)"
        case (let from?, let until?): "\(from) to \(until)"
        }
    }

    /// The season on one line, for people.
    var text: String { "\(studio), \(dates): \(hours)" }
}

extension Period {
    /// When a trainer is away.
    init(_ absence: TimeOff, clock: StudioClock) {
        self.init(from: absence.from, until: absence.until, clock: clock)
    }
}
