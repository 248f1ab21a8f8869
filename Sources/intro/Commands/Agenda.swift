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

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let database = try await intro.database()
        let studio = try await intro.setting(studio: studio, trainer: nil, in: database).studio
        let now = intro.now
        let asked = try on.map { try typedPhrase($0, field: "--on", clock: studio.clock, now: now) }
        let date = studio.clock.date(of: asked?.start(studio.clock) ?? now)
        let window = DayWindow(start: studio.clock.startOfDay(date), days: 1, clock: studio.clock)
        let sessions = try await database.withConnection { connection in
            try await SessionRepository(connection).all(at: studio.id, from: window.start, until: window.end)
        }
        try intro.console.report(sessions.map { SessionRecord($0) }) {
            DayPlan(
                heading: studio.name, dates: window.dates, sessions: sessions, clock: studio.clock, namesTrainers: true
            ).text(colored: intro.console.isColored)
        }
    }
}
