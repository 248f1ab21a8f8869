import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Messaging
import Postgres
import Reminders

/// `intro schedule`: a trainer's days.
struct Schedule: IntroSubcommand {
    /// How the schedule is written.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, json, csv, ics
    }

    static let configuration = CommandConfiguration(commandName: "schedule", abstract: "Show a trainer's schedule.")

    @Argument(help: ArgumentHelp("The trainer.", valueName: "handle"))
    var trainer: String

    @Option(help: ArgumentHelp("The first day, such as monday or 2026-12-01. (default: today)", valueName: "date"))
    var from: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("How many days.", valueName: "n"))
    var days = "7"

    @Option(help: "How to write it: table, json, csv or ics.")
    var format = Format.table

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let days = try count(days, field: "--days", in: 1...400)
        let database = try await intro.database()
        let setting = try await intro.setting(studio: nil, trainer: trainer, in: database)
        guard let trainer = setting.trainer else { return }
        let clock = setting.studio.clock
        let now = intro.now
        let asked = try DayWindow(from: from, days: days, clock: clock, now: now)
        // A day is shown whole, also when it has begun: the morning's sessions belong to today's schedule.
        let window = DayWindow(start: clock.startOfDay(clock.date(of: asked.start)), days: days, clock: clock)
        let sessions = try await database.withConnection { connection in
            try await SessionRepository(connection).all(of: trainer.id, from: window.start, until: window.end)
        }
        switch intro.console.isJSON ? .json : format {
        case .json: try intro.console.print(jsonText(sessions.map { SessionRecord($0) }))
        case .csv: try intro.console.print(SessionCSV.text(sessions))
        case .ics: try intro.console.print(try calendar(sessions, of: trainer, now: now))
        case .table:
            try intro.console.print(
                DayPlan(heading: trainer.name, dates: window.dates, sessions: sessions, clock: clock)
                    .text(colored: intro.console.isColored))
        }
    }

    private func calendar(_ sessions: [Session], of trainer: Trainer, now: Date) throws -> String {
        let events = sessions.map { session in
            var event = CalendarEvent(session, stamp: now)
            event.summary = "Introductory session: \(session.client.name)"
            return event
        }
        return try ICalendar.feed(
            events: events, productID: CalendarEvent.productID, name: "Sessions of \(trainer.name)")
    }
}
