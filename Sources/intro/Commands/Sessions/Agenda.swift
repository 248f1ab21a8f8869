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
            Shows working hours, closures, sessions and stations in use; a session that cannot take place is marked with \
            "!".

            Example: intro agenda downtown --from mon --days 5
            """)

    @Argument(
        help: ArgumentHelp(
            "The studio: id or full name. (default: the configured or only one)", valueName: "studio"),
        completion: .studios)
    var place: String?

    @Option(help: ArgumentHelp("The same as the argument.", valueName: "id"), completion: .studios)
    var studio: String?

    @Option(help: ArgumentHelp("The day, such as tomorrow or 2026-12-01. (default: today)", valueName: "date"))
    var on: String?

    @Option(help: ArgumentHelp("The first of several days. (default: today)", valueName: "date"))
    var from: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Number of days. (default: 1)", valueName: "n"))
    var days: String?

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
        guard place == nil || studio == nil else {
            throw ValidationError("give the studio as an argument or with --studio, not both")
        }
        guard on == nil || (from == nil && days == nil) else {
            throw ValidationError("--on is one day; --from and --days are several")
        }
        guard !open || (from == nil && days == nil) else { throw ValidationError("--open lists all days") }
        guard !open || !affected else { throw ValidationError("--open and --affected do not go together") }
        guard limit == nil || open || affected else {
            throw ValidationError("--limit goes with --open or --affected")
        }
    }

    func run(in intro: Intro) async throws {
        let limit = try limit.map { try count($0, field: "--limit", in: 1...100_000) }
        let database = try await intro.readDatabase()
        let studio = try await intro.bookingTarget(studio: place ?? studio, trainer: nil, in: database).studio
        let now = intro.now
        let today = studio.clock.date(of: now)
        let asked = try askedDates(at: studio, today: today, in: intro)
        if open {
            try await reportOpen(at: studio, limit: limit ?? 100, in: intro, database)
        } else if affected {
            try await reportAffected(at: studio, on: asked, limit: limit, in: intro, database)
        } else {
            try await reportDays(asked ?? today...today, at: studio, today: today, in: intro, database)
        }
    }

    /// Returns the dates that were asked for; `nil` without an option.
    private func askedDates(at studio: Studio, today: LocalDate, in intro: Intro) throws -> ClosedRange<LocalDate>? {
        let days = try days.map { try count($0, field: "--days", in: 1...400) }
        let asked = try (on ?? from).map { text in
            try parseDates(
                text, field: on == nil ? "--from" : "--on", in: intro.timeContext(at: studio, direction: .near))
        }
        guard let days else { return asked }
        let start = asked?.lowerBound ?? today
        return start...start.adding(days: days - 1)
    }
}

extension Agenda {
    private func reportDays(
        _ dates: ClosedRange<LocalDate>, at studio: Studio, today: LocalDate, in intro: Intro, _ database: Database
    ) async throws {
        let (clock, now) = (studio.clock, intro.now)
        let (sessions, roster, unmarked) = try await database.withConnection { connection in
            let sessions = SessionRepository(connection)
            let all = try await sessions.all(
                at: studio.id, from: clock.day(dates.lowerBound).lowerBound,
                until: clock.day(dates.upperBound).upperBound)
            guard !intro.console.isJSON else { return (all, nil as Roster?, 0) }
            let roster = try await RosterRepository(connection).roster(at: studio.id, on: dates)
            guard dates == today...today else { return (all, roster, 0) }
            let backlog = try await sessions.countLeftOpen(at: studio.id, before: now)
            return (all, roster, backlog.count)
        }
        try intro.console.report(sessions.map { SessionRecord($0) }) {
            guard let roster else { return "" }
            let text = agenda(dates, at: studio, roster, sessions, layout: DayView.Layout(intro.console))
                .text(colored: intro.console.isColored)
            guard unmarked > 0 else { return text }
            return text + "\n\n\(counted(unmarked, "session")) not marked: intro agenda \(studio.handle) --open"
        }
    }

    private func agenda(
        _ dates: ClosedRange<LocalDate>, at studio: Studio, _ roster: Roster, _ sessions: [Session],
        layout: DayView.Layout
    ) -> DayView {
        let place = Session.Place(studio)
        let days = (0...dates.lowerBound.days(to: dates.upperBound)).map { number in
            let date = dates.lowerBound.adding(days: number)
            let day = StudioDay(date: date, studio: place, roster: roster, sessions: sessions)
            return DayView.Day(day, studio: place, stations: Int(studio.offer.stations), layout: layout)
        }
        return DayView(heading: studio.name, days: days, studio: place, namesTrainers: true, layout: layout)
    }

    private func reportOpen(
        at studio: Studio, limit: Int, in intro: Intro, _ database: Database
    ) async throws {
        let now = intro.now
        let (sessions, all) = try await database.withConnection { connection in
            let repository = SessionRepository(connection)
            let sessions = try await repository.leftOpen(at: studio.id, before: now, limit: limit)
            guard sessions.count == limit else { return (sessions, (count: sessions.count, last: nil as Date?)) }
            return (sessions, try await repository.countLeftOpen(at: studio.id, before: now))
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
        at studio: Studio, on dates: ClosedRange<LocalDate>?, limit: Int?, in intro: Intro, _ database: Database
    ) async throws {
        let now = intro.now
        let clock = studio.clock
        let from = dates.map { clock.day($0.lowerBound).lowerBound }
        let until = dates.map { clock.day($0.upperBound).upperBound }
        let all = try await database.withConnection { connection in
            try await SessionRepository(connection).affected(
                at: studio.id, from: max(now, from ?? now), until: until ?? .distantFuture)
        }
        let sessions = Array(all.prefix(limit ?? all.count))
        let when = dates.map { " on \(Self.text($0, on: clock, times: intro.console.times))" } ?? ""
        let rest = rest(
            after: sessions, total: all.count, end: all.last?.startsAt, clock: studio.clock, times: intro.console.times)
        try intro.console.report(sessions.map { SessionRecord($0) }, leavingOut: rest) {
            text(
                sessions, at: studio, heading: "Cannot take place: reschedule or cancel each.",
                empty: "All upcoming sessions at \(studio.name.visible)\(when) can take place.",
                on: intro.console)
        }
    }

    private static func text(
        _ dates: ClosedRange<LocalDate>, on clock: StudioClock, times: TimeFormat
    ) -> String {
        let (first, last) = (times.text(dates.lowerBound, on: clock), times.text(dates.upperBound, on: clock))
        return dates.lowerBound == dates.upperBound ? first : "\(first) to \(last)"
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
            layout: DayView.Layout(console)
        ).text(colored: console.isColored)
    }
}
