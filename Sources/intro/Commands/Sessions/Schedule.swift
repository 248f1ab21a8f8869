import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Messaging
import Postgres
import Reminders

/// `intro schedule`: shows a trainer's schedule.
struct Schedule: IntroSubcommand {
    /// The output format of the schedule.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, json, csv, ics
    }

    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Show a trainer's schedule.",
        discussion: """
            Shows working hours, time off, closures and sessions of each day; a session that cannot take place is marked \
            with "!". Excel reads names correctly with --format csv --bom.

            Example: intro schedule maria --from mon --days 5
            """)

    @Argument(help: ArgumentHelp("The trainer.", valueName: "handle"), completion: .trainers)
    var trainer: String

    @Option(help: ArgumentHelp("The first day, such as monday or 2026-12-01. (default: today)", valueName: "date"))
    var from: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Number of days.", valueName: "n"))
    var days = "7"

    @Option(help: "The format: table, json, csv or ics.")
    var format = Format.table

    @Flag(help: "With --format csv: add a byte order mark for Excel.")
    var bom = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func checkUsage() throws {
        guard !bom || format == .csv else { throw ValidationError("--bom goes with --format csv") }
    }

    func run(in intro: Intro) async throws {
        let days = try count(days, field: "--days", in: 1...400)
        let database = try await intro.database()
        let bookingTarget = try await intro.bookingTarget(studio: nil, trainer: trainer, in: database)
        guard let trainer = bookingTarget.trainer else { return }
        let clock = bookingTarget.studio.clock
        // Show today as a whole: sessions that have ended also belong to the schedule.
        let context = intro.timeContext(at: bookingTarget.studio)
        let first = clock.date(of: try DayWindow(from: from, days: days, in: context).start)
        let dates = first...first.adding(days: days - 1)
        let sessions = try await database.withConnection { connection in
            try await SessionRepository(connection).all(of: trainer.id, on: dates)
        }
        switch intro.console.isJSON ? .json : format {
        case .json: try intro.console.print(jsonText(sessions.map { SessionRecord($0) }))
        case .csv: try intro.console.print((bom ? SessionCSV.byteOrderMark : "") + SessionCSV.text(sessions))
        case .ics: try intro.console.print(try calendar(sessions, of: trainer, now: intro.now))
        case .table:
            let roster = try await database.withConnection { connection in
                try await RosterRepository(connection).roster(of: trainer.id, on: dates)
            }
            let home = Session.Place(bookingTarget.studio)
            let plan = DayView(
                heading: trainer.name,
                days: (0..<days).map { day in
                    DayView.Day(
                        TrainerDay(
                            date: first.adding(days: day), clock: clock, retiredAt: trainer.retiredAt, roster: roster,
                            sessions: sessions), home: home, times: intro.console.times)
                }, studio: home, times: intro.console.times)
            try intro.console.print(plan.text(colored: intro.console.isColored))
        }
    }

    private func calendar(_ sessions: [Session], of trainer: Trainer, now: Date) throws -> String {
        let events = sessions.map { session in
            var event = CalendarEvent(session, stamp: now)
            event.summary = "Introductory session: \(session.client.name)"
            if let notes = session.notesText { event.description = "\(event.description ?? "")\nNotes: \(notes)" }
            if let obstacle = session.affected {
                event.status = .tentative
                event.summary += " (! \(obstacle.words))"
            }
            return event
        }
        return try ICalendar.feed(
            events: events, productID: CalendarEvent.productID, name: "Sessions of \(trainer.name)")
    }
}

/// Encodes sessions as comma-separated values (RFC 4180) with a header.
enum SessionCSV {
    /// The byte order mark, which Excel needs to read the text as UTF-8.
    static let byteOrderMark = "\u{FEFF}"

    /// Returns one line per session, each ending with CRLF.
    static func text(_ sessions: [Session]) -> String {
        let header = [
            "reference", "status", "starts_at", "ends_at", "local_start", "client", "email", "phone", "trainer",
            "studio", "affected",
        ]
        let rows = sessions.map { session in
            [
                session.reference.description, session.status.rawValue, RFC3339.string(session.startsAt),
                RFC3339.string(session.endsAt), session.localStart, session.client.name,
                session.client.email?.address ?? "", session.client.phone?.e164 ?? "", session.trainer.handle,
                session.studio.handle, session.affected?.rawValue ?? "",
            ]
        }
        return ([header] + rows).map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
    }

    /// Returns a field without formulas, quoted if necessary.
    static func field(_ text: String) -> String {
        let safe = withoutFormulas(text.visible)
        return safe.contains { ",;\"\r\n".contains($0) }
            ? "\"\(safe.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\"" : safe
    }

    /// Inserts an apostrophe before each part that a spreadsheet would evaluate as a formula.
    ///
    /// Depending on the region, a spreadsheet splits at semicolons or tabs instead of commas, and ignores quotes that
    /// do not enclose the resulting cell, so that each part may become a cell. A number with a sign, such as a phone
    /// number, is not a formula.
    private static func withoutFormulas(_ text: String) -> String {
        if let first = text.first, "+-".contains(first), text.dropFirst().allSatisfy(\.isNumber) { return text }
        var safe = ""
        var part = ""
        for character in text {
            part.append(character)
            if ",;\t|".contains(character) {
                safe += guarded(part)
                part = ""
            }
        }
        return safe + guarded(part)
    }

    private static func guarded(_ part: String) -> String {
        let beginning = part.first { !$0.isWhitespace && !"\"'".contains($0) }
        return beginning.map { "=+-@＝＋－＠".contains($0) } == true ? "'\(part)" : part
    }
}
