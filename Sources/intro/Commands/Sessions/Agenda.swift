import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

/// `intro agenda`: shows a studio's day.
struct Agenda: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "agenda", abstract: "Show a studio's day.",
        discussion: """
            Shows working hours, closures and sessions; a session that cannot take place is marked with "!".

            Example: intro agenda downtown --on tomorrow
            """)

    @Argument(help: ArgumentHelp("The studio.", valueName: "studio"), completion: .studios)
    var studio: String

    @Option(help: ArgumentHelp("The day, such as tomorrow or 2026-12-01. (default: today)", valueName: "date"))
    var on: String?

    @Flag(help: "List past sessions not yet marked as attended or no-show.")
    var open = false

    @Flag(help: "List upcoming sessions that cannot take place.")
    var affected = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "With --open or --affected: maximum number of sessions. (default: 100 with --open)", valueName: "n"))
    var limit: String?

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func checkUsage() throws {
        guard !open || !affected else { throw ValidationError("--open and --affected do not go together") }
        guard limit == nil || open || affected else {
            throw ValidationError("--limit goes with --open or --affected")
        }
    }

    func run(in intro: Intro) async throws {
        let limit = try limit.map { try count($0, field: "--limit", in: 1...100_000) }
        let database = try await intro.database()
        let studio = try await intro.bookingTarget(studio: studio, trainer: nil, in: database).studio
        let now = intro.now
        let asked = try on.map { try parseTimePhrase($0, field: "--on", in: intro.timeContext(at: studio)) }
        let date = asked.map { studio.clock.date(of: $0.start(studio.clock)) }
        let today = studio.clock.date(of: now)
        if open {
            try await reportOpen(at: studio, before: today, limit: limit ?? 100, in: intro, database)
        } else if affected {
            try await reportAffected(at: studio, on: date, limit: limit, in: intro, database)
        } else {
            try await reportDay(date ?? today, at: studio, isToday: date ?? today == today, in: intro, database)
        }
    }
}

extension Agenda {
    private func reportDay(
        _ date: LocalDate, at studio: Studio, isToday: Bool, in intro: Intro, _ database: Database
    ) async throws {
        let day = studio.clock.day(date)
        let (sessions, roster, unmarked) = try await database.withConnection { connection in
            let sessions = SessionRepository(connection)
            let all = try await sessions.all(at: studio.id, from: day.lowerBound, until: day.upperBound)
            guard !intro.console.isJSON else { return (all, nil as Roster?, 0) }
            return (
                all, try await RosterRepository(connection).roster(at: studio.id, on: date...date),
                isToday ? try await sessions.countLeftOpen(at: studio.id, before: day.lowerBound).count : 0
            )
        }
        try intro.console.report(sessions.map { SessionRecord($0) }) {
            guard let roster else { return "" }
            let place = Session.Place(studio)
            let agenda = StudioDay(date: date, studio: place, roster: roster, sessions: sessions)
            let text = DayView(
                heading: studio.name, days: [DayView.Day(agenda, studio: place, times: intro.console.times)],
                studio: place, namesTrainers: true,
                times: intro.console.times
            ).text(colored: intro.console.isColored)
            guard unmarked > 0 else { return text }
            return text + "\n\n\(counted(unmarked, "session")) not marked: intro agenda \(studio.handle) --open"
        }
    }

    private func reportOpen(
        at studio: Studio, before today: LocalDate, limit: Int, in intro: Intro, _ database: Database
    ) async throws {
        let morning = studio.clock.startOfDay(today)
        let (sessions, all) = try await database.withConnection { connection in
            let repository = SessionRepository(connection)
            let sessions = try await repository.leftOpen(at: studio.id, before: morning, limit: limit)
            guard sessions.count == limit else { return (sessions, (count: sessions.count, last: nil as Date?)) }
            return (sessions, try await repository.countLeftOpen(at: studio.id, before: morning))
        }
        let rest = rest(
            after: sessions, total: all.count, end: all.last, clock: studio.clock, times: intro.console.times)
        try intro.console.report(sessions.map { SessionRecord($0) }, leavingOut: rest) {
            text(
                sessions, at: studio, heading: "Not marked yet: use `intro attend REF` or `intro no-show REF`.",
                empty: "All past sessions are marked.", on: intro.console)
        }
    }

    private func reportAffected(
        at studio: Studio, on date: LocalDate?, limit: Int?, in intro: Intro, _ database: Database
    ) async throws {
        let now = intro.now
        let day = date.map { studio.clock.day($0) }
        let all = try await database.withConnection { connection in
            try await SessionRepository(connection).affected(
                at: studio.id, from: max(now, day?.lowerBound ?? now), until: day?.upperBound ?? .distantFuture)
        }
        let sessions = Array(all.prefix(limit ?? all.count))
        let when = date.map { " on \(intro.console.times.text($0, on: studio.clock))" } ?? ""
        let rest = rest(
            after: sessions, total: all.count, end: all.last?.startsAt, clock: studio.clock, times: intro.console.times)
        try intro.console.report(sessions.map { SessionRecord($0) }, leavingOut: rest) {
            text(
                sessions, at: studio, heading: "Cannot take place: reschedule or cancel each.",
                empty: "All upcoming sessions at \(studio.name.visible)\(when) can take place.",
                on: intro.console)
        }
    }

    private func rest(
        after sessions: [Session], total: Int, end: Date?, clock: StudioClock, times: TimeFormat
    ) -> TruncatedList? {
        guard total > sessions.count, let last = sessions.last, let end else { return nil }
        var rest = TruncatedList(
            shown: sessions.count, total: total, last: last.startsAt, end: end, clock: clock, times: times)
        rest.largestLimit = 100_000
        return rest
    }

    private func text(
        _ sessions: [Session], at studio: Studio, heading: String, empty: String, on console: Console
    ) -> String {
        guard !sessions.isEmpty else { return empty }
        return DayView(
            heading: heading, days: DayView.Day.days(of: sessions), studio: Session.Place(studio), namesTrainers: true,
            times: console.times
        ).text(colored: console.isColored)
    }
}
