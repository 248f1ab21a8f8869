import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

/// `intro trainer`: manages trainers.
struct TrainerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trainer",
        abstract: "Manage trainers, their hours and time off.", discussion: "Example: intro trainer list",
        subcommands: [
            Add.self, List.self, Show.self, Edit.self, Retire.self, Return.self, Hours.self, Away.self, Cover.self,
        ]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions
}

extension TrainerCommand {
    /// `intro trainer list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List trainers.", discussion: "Example: intro trainer list --studio downtown"
        )

        @Option(
            help: ArgumentHelp("Only trainers based or working at this studio.", valueName: "id"), completion: .studios)
        var studio: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let handle = try await intro.studioHandle(studio, in: database)
            let trainers = try await database.withConnection { connection in
                let studio: Studio? =
                    if let handle { try await StudioRepository(connection).named(handle) } else { nil }
                return try await TrainerRepository(connection).all(of: studio?.id)
            }
            try intro.console.report(trainers.map { TrainerRecord($0) }) {
                trainers.isEmpty
                    ? "No trainers yet: add one with `intro trainer add`."
                    : Self.table(trainers).text(on: intro.console)
            }
        }

        private static func table(_ trainers: [Trainer]) -> Table {
            Table(
                [.code("HANDLE"), .init("NAME"), .init("STUDIO"), .exact("PHONE"), .init("EMAIL"), .code("STATUS")],
                rows: trainers.map { trainer in
                    [
                        trainer.handle.text, trainer.name, trainer.homeStudio.text, trainer.phone?.display ?? "",
                        trainer.email?.address ?? "", trainer.retiredAt == nil ? "active" : "retired",
                    ]
                })
        }
    }
}

extension TrainerCommand {
    /// `intro trainer show`.
    struct Show: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show a trainer with hours and time off.", discussion: "Example: intro trainer show maria"
        )

        @Argument(help: "The trainer: handle or full name.", completion: .trainers)
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
                let times = intro.console.times
                var keyValues = KeyValueTable(trainer, clock: home.clock, times: times)
                keyValues.append("Hours", seasons.map { $0.text(in: times, on: home.clock) })
                keyValues.append("Away", away.map { $1.text(in: times) + ($0.reason.map { ": \($0)" } ?? "") })
                return keyValues.text(on: intro.console)
            }
        }
    }
}

extension KeyValueTable {
    /// Returns the trainer as a table, with times in the home studio's time zone.
    init(_ trainer: Trainer, clock: StudioClock, times: TimeFormat) {
        self.init([
            "Trainer": trainer.handle.text,
            "Name": trainer.name,
            "Studio": trainer.homeStudio.text,
            "Email": trainer.email?.address,
            "Phone": trainer.phone?.display,
            "Daily limit": trainer.dailyLimit.map { "\($0)" },
            "Retired": trainer.retiredAt.map { times.text($0, on: clock) },
        ])
    }
}

extension HoursSeason {
    /// Returns the dates on which the hours apply.
    func dates(in times: TimeFormat, on clock: StudioClock) -> String {
        func text(_ date: LocalDate) -> String { times.text(date, on: clock) }
        return switch (from, until) {
        case (nil, nil): "always"
        case (let from?, nil): "from \(text(from))"
        case (nil, let until?): "until \(text(until))"
        case (let from?, let until?): "\(text(from)) to \(text(until))"
        }
    }

    /// Returns the season on one line.
    func text(in times: TimeFormat, on clock: StudioClock) -> String {
        "\(studio), \(dates(in: times, on: clock)): \(hours)"
    }
}

extension Period {
    /// The period of the absence.
    init(_ absence: TimeOff, clock: StudioClock) {
        self.init(from: absence.from, until: absence.until, clock: clock)
    }
}

/// The JSON form of a trainer.
struct TrainerRecord: Encodable {
    let handle: String
    let name: String
    /// The ID of the home studio.
    let studio: String
    @NullWhenNil var email: String?
    @NullWhenNil var phone: String?
    @NullWhenNil var dailyLimit: Int32?
    @NullWhenNil var retiredAt: Date?
    /// The weekly hours; only for `trainer show`.
    var hours: [HoursRecord]?
    /// Absences that are not over yet; only for `trainer show`.
    var away: [AbsenceRecord]?
    /// The references of the sessions that are still booked; only for `trainer retire` and `trainer return`.
    var booked: [String]?
    /// The upcoming sessions that a change affects; only after a change.
    var affected: [SessionRecord]?

    init(_ trainer: Trainer) {
        handle = trainer.handle.text
        name = trainer.name
        studio = trainer.homeStudio.text
        email = trainer.email?.address
        phone = trainer.phone?.e164
        dailyLimit = trainer.dailyLimit
        retiredAt = trainer.retiredAt
    }
}
