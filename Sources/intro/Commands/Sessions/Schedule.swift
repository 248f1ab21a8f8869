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

    @Argument(help: ArgumentHelp("The trainer: handle or full name.", valueName: "handle"), completion: .trainers)
    var trainer: String

    @Option(help: ArgumentHelp("Only this day, such as tomorrow or 2026-12-01.", valueName: "date"))
    var on: String?

    @Option(help: ArgumentHelp("The first day, such as monday or 2026-12-01. (default: today)", valueName: "date"))
    var from: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Number of days. (default: 7)", valueName: "n"))
    var days: String?

    @Option(help: "The format: table, json, csv or ics.")
    var format = Format.table

    @Flag(help: "With --format csv: add a byte order mark for Excel.")
    var bom = false

    @Flag(help: "List the starts of the open slots of each day.")
    var open = false

    @Flag(help: "With --json: one object per day, with hours, sessions and open slots.")
    var calendar = false

    @Option(help: ArgumentHelp("The sessions as they were recorded at this time.", valueName: "time"))
    var asOf: String?

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func checkUsage() throws {
        guard on == nil || (from == nil && days == nil) else {
            throw ValidationError("--on is one day; --from and --days are several")
        }
        guard !bom || format == .csv else { throw ValidationError("--bom goes with --format csv") }
        guard !calendar || global.json || format == .json else { throw ValidationError("--calendar goes with --json") }
        guard !open || calendar || format == .table && !global.json else {
            throw ValidationError("--open goes with the table, or with --json --calendar: add --calendar")
        }
        guard asOf == nil || !calendar && !open else {
            throw ValidationError("--as-of does not go with --calendar or --open")
        }
    }

    func run(in intro: Intro) async throws {
        let days = try days.map { try count($0, field: "--days", in: 1...400) }
        let database = try await intro.readDatabase()
        let (trainer, home) = try await intro.trainer(trainer, in: database)
        let dates = try dates(days, at: home, in: intro)
        let recordedAt = try await recordedAt(trainer, home, in: intro, database)
        let needsDays = calendar || format == .table && asOf == nil && !intro.console.isJSON
        let (sessions, plans) = try await database.withConnection {
            [now = intro.now] connection -> (sessions: [Session], plans: [SchedulePlan]) in
            let sessions = try await self.sessions(of: trainer, on: dates, recordedAt: recordedAt, connection)
            guard needsDays else { return (try await sessions.value(), []) }
            return try await self.plans(of: trainer, home, on: dates, sessions, now: now, connection)
        }
        switch intro.console.isJSON ? .json : format {
        case .json where calendar:
            try intro.console.print(jsonText(plans.flatMap(\.calendar).map { CalendarDayRecord($0, listsOpen: open) }))
        case .json: try intro.console.print(jsonText(sessions.map { SessionRecord($0) }))
        case .csv: try intro.console.print((bom ? SessionCSV.byteOrderMark : "") + SessionCSV.text(sessions))
        case .ics: try intro.console.print(try feed(sessions, of: trainer, now: intro.now))
        case .table:
            if let recordedAt {
                return try intro.console.print(recordedDays(sessions, of: trainer, home, at: recordedAt, in: intro))
            }
            let (place, layout) = (Session.Place(home), DayView.Layout(intro.console))
            let plan = DayView(
                heading: trainer.name,
                days: plans.map { DayView.Day($0.plan, $0.calendar, home: place, listsOpen: open, layout: layout) },
                studio: place, layout: layout)
            try intro.console.print(plan.text(colored: intro.console.isColored))
        }
    }

    /// Returns the dates of the schedule, which include sessions of today that have ended.
    private func dates(_ days: Int?, at home: Studio, in intro: Intro) throws -> ClosedRange<LocalDate> {
        let asked = try (on ?? from).map { text in
            try parseDates(
                text, field: on == nil ? "--from" : "--on", in: intro.timeContext(at: home, direction: .near))
        }
        if days == nil, let asked, on != nil || asked.lowerBound != asked.upperBound { return asked }
        let first = asked?.lowerBound ?? home.clock.date(of: intro.now)
        return first...first.adding(days: (days ?? 7) - 1)
    }

    /// The plan of one date, and the same date at each studio.
    private typealias SchedulePlan = (plan: TrainerDay, calendar: [CalendarDay])

    /// Reads the days of the schedule with their open slots, in one round trip unless the trainer works at several
    /// studios.
    private func plans(
        of trainer: Trainer, _ home: Studio, on dates: ClosedRange<LocalDate>, _ sessions: Pending<[Session]>,
        now: Date, _ connection: Connection
    ) async throws -> (sessions: [Session], plans: [SchedulePlan]) {
        let sent = await RosterRepository(connection).sendRoster(of: trainer.id, on: dates)
        let slots = await openSlots(of: trainer, at: home, on: dates, now: now, connection)
        let (sessions, roster) = (try await sessions.value(), try await sent.value())
        var open = try await slots.value()
        for id in Set(roster.shifts.map(\.studio.id)) where id != home.id {
            let studio = try await StudioRepository(connection).with(id)
            open += try await openSlots(of: trainer, at: studio, on: dates, now: now, connection).value()
        }
        let plans = (0...dates.lowerBound.days(to: dates.upperBound)).map { day -> SchedulePlan in
            let plan = TrainerDay(
                date: dates.lowerBound.adding(days: day), clock: home.clock, retiredAt: trainer.retiredAt,
                roster: roster, sessions: sessions)
            return (plan, CalendarDay.days(of: plan, home: Session.Place(home), open: open))
        }
        return (sessions, plans)
    }

    private func openSlots(
        of trainer: Trainer, at studio: Studio, on dates: ClosedRange<LocalDate>, now: Date, _ connection: Connection
    ) async -> Pending<[Slot]> {
        await SlotRepository(connection).sendOpen(
            at: studio, with: trainer.id, from: studio.clock.day(dates.lowerBound).lowerBound,
            until: studio.clock.day(dates.upperBound).upperBound, now: now, limit: .max)
    }

    private func feed(_ sessions: [Session], of trainer: Trainer, now: Date) throws -> String {
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

/// The JSON form of one date of a trainer at one studio.
struct CalendarDayRecord: Encodable {
    struct Hours: Encodable {
        let startsAt: Date
        let endsAt: Date
        let localStart: String
        let localEnd: String

        init(_ span: Range<Date>, clock: StudioClock) {
            startsAt = span.lowerBound
            endsAt = span.upperBound
            localStart = clock.text(span.lowerBound)
            localEnd = clock.text(span.upperBound)
        }
    }

    struct Start: Encodable {
        let startsAt: Date
        let localStart: String
    }

    /// The local date, such as `2026-12-01`.
    let date: String
    let studio: SessionRecord.Studio
    /// Whether the trainer works: working, off, away or closed.
    let state: String
    /// The reason of the absence or the closure, also of one that covers a part of the working hours, or the retirement.
    @NullWhenNil var reason: String?
    let hours: [Hours]
    let sessions: [SessionRecord]
    /// The number of starts that can be booked.
    let openSlots: Int
    /// These starts; only with `--open`.
    var openStarts: [Start]?

    init(_ day: CalendarDay, listsOpen: Bool) {
        let clock = day.studio.clock
        date = day.date.description
        studio = SessionRecord.Studio(id: day.studio.handle, name: day.studio.name, timeZone: clock.identifier)
        state = day.state.rawValue
        let reasons = day.retiredSince.map { ["retired since \($0)"] } ?? day.reasons
        reason = reasons.isEmpty ? nil : reasons.joined(separator: ", ")
        hours = day.hours.map { Hours($0, clock: clock) }
        sessions = day.sessions.map { SessionRecord($0) }
        openSlots = day.openStarts.count
        openStarts = listsOpen ? day.openStarts.map { Start(startsAt: $0, localStart: clock.text($0)) } : nil
    }
}

/// Encodes sessions as comma-separated values (RFC 4180) with a header.
enum SessionCSV {
    /// The byte order mark, which Excel needs to read the text as UTF-8.
    static let byteOrderMark = "\u{FEFF}"

    /// Returns one line per session, each ending with CRLF.
    static func text(_ sessions: [Session]) -> String {
        text([header] + sessions.map(row))
    }

    /// Returns one line per session with the circumstances of its booking, each ending with CRLF.
    static func text(_ sessions: [ListedSession]) -> String {
        text(
            [header + ["source", "booked_at", "booked_by", "cancel_reason"]]
                + sessions.map { listed in
                    row(listed.session) + [
                        listed.source ?? "", RFC3339.string(listed.session.bookedAt), listed.bookedBy ?? "",
                        listed.session.cancelReason ?? "",
                    ]
                })
    }

    private static let header = [
        "reference", "status", "starts_at", "ends_at", "local_start", "client", "email", "phone", "trainer", "studio",
        "affected",
    ]

    private static func row(_ session: Session) -> [String] {
        [
            session.reference.description, session.status.rawValue, RFC3339.string(session.startsAt),
            RFC3339.string(session.endsAt), session.localStart, session.client.name,
            session.client.email?.address ?? "", session.client.phone?.e164 ?? "", session.trainer.handle,
            session.studio.handle, session.affected?.rawValue ?? "",
        ]
    }

    private static func text(_ rows: [[String]]) -> String {
        rows.map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
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
