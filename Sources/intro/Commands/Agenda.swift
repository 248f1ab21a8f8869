import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// `intro agenda`: a studio's day.
struct Agenda: IntroSubcommand {
    static let configuration = CommandConfiguration(commandName: "agenda", abstract: "Show a studio's day.")

    @Argument(help: ArgumentHelp("The studio.", valueName: "studio"))
    var studio: String

    @Option(help: ArgumentHelp("The day, such as tomorrow or 2026-12-01. (default: today)", valueName: "date"))
    var on: String?

    @Flag(help: "Only the sessions of earlier days that nobody has marked as attended or missed.")
    var open = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let database = try await intro.database()
        let studio = try await intro.setting(studio: studio, trainer: nil, in: database).studio
        let now = intro.now
        let asked = try on.map { try typedPhrase($0, field: "--on", clock: studio.clock, now: now) }
        let date = studio.clock.date(of: asked?.start(studio.clock) ?? now)
        let window = DayWindow(start: studio.clock.startOfDay(date), days: 1, clock: studio.clock)
        let (sessions, left) = try await database.withConnection { connection in
            let sessions = SessionRepository(connection)
            return (
                open ? [] : try await sessions.all(at: studio.id, from: window.start, until: window.end),
                try await sessions.leftOpen(at: studio.id, before: studio.clock.startOfDay(studio.clock.date(of: now)))
            )
        }
        try intro.console.report((open ? left : sessions).map { SessionRecord($0) }) {
            let colored = intro.console.isColored
            let day = DayPlan(
                heading: studio.name, dates: window.dates, sessions: sessions, clock: studio.clock, namesTrainers: true)
            guard !left.isEmpty else { return open ? "Nothing is left open." : day.text(colored: colored) }
            let rest = DayPlan(
                heading: "Left open: did they come? Say `intro attend REF` or `intro no-show REF`.",
                dates: Set(left.map { studio.clock.date(of: $0.startsAt) }).sorted(), sessions: left,
                clock: studio.clock, namesTrainers: true)
            return (open ? [rest] : [day, rest]).map { $0.text(colored: colored) }.joined(separator: "\n\n")
        }
    }
}
