import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

extension TrainerCommand {
    /// `intro trainer hours`.
    struct Hours: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "hours",
            abstract: "Show, set or remove a trainer's weekly hours.",
            discussion: """
                A trainer may have hours at several studios. Hours with a later first day replace earlier ones from that day; \
                after their last day the earlier ones apply again. Without --from, hours apply from today; a trainer's \
                first hours at a studio also apply to earlier dates. Upcoming sessions outside the new hours are listed.

                Example: intro trainer hours maria --set "mon-fri 09:00-17:00"
                """
        )

        @Argument(help: "The trainer: handle or full name.", completion: .trainers)
        var handle: String

        @Option(
            help: ArgumentHelp("The studio. (default: the trainer's home studio)", valueName: "id"),
            completion: .studios)
        var studio: String?

        @Option(
            help: ArgumentHelp(
                "The hours of a week, as in \"mon-fri 07:00-12:00 13:00-19:00; sat 08:00-12:00\", or `none`.",
                valueName: "hours"))
        var set: String?

        @Option(help: ArgumentHelp("The first day of these hours.", valueName: "date"))
        var from: String?

        @Option(help: ArgumentHelp("The last day of these hours.", valueName: "date"))
        var until: String?

        @Option(help: ArgumentHelp("Remove the hours that begin on this date.", valueName: "date"))
        var remove: String?

        @Flag(help: "Set no hours for a trainer with upcoming sessions without asking.")
        var yes = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws {
            guard remove == nil || set == nil else { throw ValidationError("give --set or --remove, not both") }
            guard set != nil || (from == nil && until == nil) else {
                throw ValidationError("--from and --until require --set")
            }
        }

        func run(in intro: Intro) async throws {
            let hours = try set.map { try Self.hours($0, language: intro.settings.display.language) }
            let database = try await intro.database()
            let studio = try await intro.studioHandle(studio, in: database)
            let handle = try await intro.trainerHandle(handle, field: "the handle", in: database)
            if let remove { return try await removeHours(remove, of: handle, at: studio, in: intro, database) }
            var change: (season: HoursSeason.ID, affected: [Session])?
            if let hours { change = try await setHours(hours, of: handle, at: studio, in: intro, database) }
            let (seasons, clock) = try await seasons(of: handle, at: studio, in: database)
            let records = seasons.map { season in
                var record = HoursRecord(season)
                if season.id == change?.season { record.affected = change?.affected.map { SessionRecord($0) } }
                return record
            }
            try intro.console.report(records) {
                guard !seasons.isEmpty else {
                    return "\(handle) has no hours yet: set them with `intro trainer hours \(handle) --set HOURS`."
                }
                let table = Self.table(seasons, in: intro.console.times, on: clock)
                return AffectedSessions(change?.affected ?? []) {
                    TimedText($0.affected?.words ?? "outside working hours")
                }.text(after: table.text(on: intro.console), on: intro.console)
            }
        }

        private func setHours(
            _ hours: WeeklyHours, of handle: Handle, at studio: Handle?, in intro: Intro, _ database: Database
        ) async throws -> (season: HoursSeason.ID, affected: [Session]) {
            let place = try await intro.bookingTarget(studio: self.studio, trainer: handle.text, in: database).studio
            let (from, until) = try dates(in: intro.timeContext(at: place))
            let administration = intro.administration(database)
            if !yes, hours == .none {
                let start = max(intro.now, from.map { place.clock.startOfDay($0) } ?? intro.now)
                let end = until.map { place.clock.startOfDay($0.adding(days: 1)) } ?? .distantFuture
                let sessions =
                    start < end
                    ? try await administration.bookedSessions(of: handle, at: place.id, from: start, until: end) : []
                try sessions.requireConfirmation("Set no hours for \(handle) at \(place.name)?")
            }
            return try await administration.set(
                hours, of: handle, at: studio, from: from, until: until, now: intro.now)
        }

        private func removeHours(
            _ text: String, of handle: Handle, at studio: Handle?, in intro: Intro, _ database: Database
        ) async throws {
            let place = try await intro.bookingTarget(studio: self.studio, trainer: handle.text, in: database).studio
            let date = try parseDate(text, field: "--remove", in: intro.timeContext(at: place))
            let (season, affected) = try await intro.administration(database).removeHours(
                from: date, of: handle, at: studio, now: intro.now)
            var record = HoursRecord(season)
            record.affected = affected.map { SessionRecord($0) }
            try intro.console.report(record) {
                AffectedSessions(affected) { TimedText($0.affected?.words ?? "outside working hours") }.text(
                    after: "Hours removed: \(handle), \(season.text(in: intro.console.times, on: place.clock))".visible,
                    on: intro.console)
            }
        }

        private func dates(in context: TimePhraseContext) throws -> (from: LocalDate?, until: LocalDate?) {
            let from = try from.map { try parseDates($0, field: "--from", in: context).lowerBound }
            var end = context
            end.beginning = from.map { context.clock.startOfDay($0) }
            return (from, try until.map { try parseDates($0, field: "--until", in: end).upperBound })
        }

        /// Rejects an empty text, so that a variable that a script left unset does not remove a trainer's hours.
        private static func hours(_ text: String, language: PhraseLanguage) throws -> WeeklyHours {
            guard text.contains(where: { $0 != " " }) else {
                throw InvalidInput(field: "--set", problem: "is empty", hint: "write `--set none` for no hours at all")
            }
            return try WeeklyHours(parsing: text, field: "the hours", language: language)
        }

        private func seasons(
            of handle: Handle, at studio: Handle?, in database: Database
        ) async throws -> ([HoursSeason], StudioClock) {
            try await database.withConnection { connection in
                let trainer = try await TrainerRepository(connection).named(handle)
                let place = try await StudioRepository(connection).named(studio ?? trainer.homeStudio)
                let seasons = try await HoursRepository(connection).seasons(of: trainer.id)
                return (seasons.filter { studio == nil || $0.studio == studio?.text }, place.clock)
            }
        }

        private static func table(_ seasons: [HoursSeason], in times: TimeFormat, on clock: StudioClock) -> Table {
            Table(
                [.init("STUDIO"), .init("DATES"), .init("HOURS")],
                rows: seasons.map { [$0.studio, $0.dates(in: times, on: clock), $0.hours.description] })
        }
    }
}

/// The JSON form of a trainer's weekly hours at a studio, with the dates on which they apply.
struct HoursRecord: Encodable {
    let studio: String
    /// The first local date; `null` for no beginning.
    @NullWhenNil var from: String?
    /// The last local date; `null` for no end.
    @NullWhenNil var until: String?
    /// The hours in the form of `--set`.
    let hours: String
    /// The upcoming sessions outside working hours; only for hours that were just set or removed.
    var affected: [SessionRecord]?

    init(_ season: HoursSeason) {
        studio = season.studio
        from = season.from?.description
        until = season.until?.description
        hours = season.hours.description
    }
}
