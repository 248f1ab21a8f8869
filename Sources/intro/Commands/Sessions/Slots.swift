import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

/// `intro slots`: lists free slots.
struct Slots: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "slots", abstract: "List free slots.",
        discussion: "Example: intro slots --weekday thu,fri --after 5pm --before 8pm")

    @Option(
        help: ArgumentHelp("The studio. (default: the configured one, or all)", valueName: "id"), completion: .studios)
    var studio: String?

    @Option(
        help: ArgumentHelp("Only this trainer's slots: handle or full name.", valueName: "handle"),
        completion: .trainers)
    var trainer: String?

    @Option(
        help: ArgumentHelp(
            "The earliest time or a period, such as \"tomorrow 9am\" or \"thu evening\". (default: now)",
            valueName: "time"))
    var from: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Number of days. (default: 7)", valueName: "n"))
    var days: String?

    @Option(help: ArgumentHelp("Only starts at this time of day or later, such as 17:00.", valueName: "time"))
    var after: String?

    @Option(help: ArgumentHelp("Only starts before this time of day, such as 20:00.", valueName: "time"))
    var before: String?

    @Option(help: ArgumentHelp("Only these days of the week, such as thu,fri.", valueName: "days"))
    var weekday: [String] = []

    @Flag(help: "Only the first free slot.")
    var first = false

    @Option(parsing: .unconditional, help: ArgumentHelp("Maximum number of slots. (default: 20)", valueName: "n"))
    var limit: String?

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func checkUsage() throws {
        guard !first || limit == nil else { throw ValidationError("--first is one slot: leave --limit out") }
    }

    func run(in intro: Intro) async throws {
        let limit = first ? 1 : try limit.map { try count($0, field: "--limit", in: 1...100_000) } ?? 20
        let database = try await intro.readDatabase()
        let (studios, trainer) = try await intro.slotTargets(studio: studio, trainer: trainer, in: database)
        let search = try await search(studios, trainer, of: intro, in: database)
        let now = intro.now
        let found = try await database.withConnection { connection in
            try await SlotRepository(connection).open(search, now: now, limit: limit)
        }
        let slots = found.slots
        guard let last = slots.last else {
            let why = try await reason(search, trainer, of: intro, database)
            return try intro.console.report([SlotRecord]()) { why }
        }
        var rest: TruncatedList?
        let isOfSeveral = studios.count > 1
        if !first, found.total > slots.count, let end = found.last {
            rest = TruncatedList(
                shown: slots.count, total: found.total, last: last.startsAt, end: end.start, clock: end.studio.clock,
                place: isOfSeveral ? end.studio.name.visible : nil, times: intro.console.times)
            rest?.largestLimit = 100_000
        }
        try intro.console.report(slots.map { SlotRecord($0) }, leavingOut: rest) {
            guard intro.console.isScreen else {
                return Self.table(slots, namesStudios: isOfSeveral, times: intro.console.times).text(on: intro.console)
            }
            return SlotDays(
                slots, namesStudios: isOfSeveral, times: intro.console.times, showsAMPM: search.half == nil
            )
            .text(width: intro.console.textWidth, colored: intro.console.isColored)
        }
    }

    private static func table(_ slots: [Slot], namesStudios: Bool, times: TimeFormat) -> Table {
        let columns: [Table.Column] = [.exact("WHEN"), .init("TRAINER"), .code("HANDLE")]
        return Table(
            columns + (namesStudios ? [.init("STUDIO")] : []),
            rows: slots.map { slot in
                let cells = [slot.start.text(in: times), slot.trainer.name, slot.trainer.handle]
                return namesStudios ? cells + [slot.studio.handle] : cells
            })
    }
}

extension SlotSearch {
    /// The half of the day in which all starts are; `nil` for both.
    fileprivate var half: String? {
        if let after, after.half == "PM" { return "PM" }
        if let before, before.minutes <= 720 { return "AM" }
        return nil
    }
}

extension Slots {
    /// Returns the search for the options; times are local to each studio.
    private func search(
        _ studios: [Studio], _ trainer: Trainer?, of intro: Intro, in database: Database
    ) async throws -> SlotSearch {
        let days = try days.map { try count($0, field: "--days", in: 1...400) }
        let weekdays = try weekdays(language: intro.settings.display.language)
        var search = SlotSearch([], trainer: trainer?.id)
        // Errors are in the terms of the trainer's home studio.
        let homes = studios.filter { $0.handle == trainer?.homeStudio }
        if homes.isEmpty { try intro.requireOneReading(of: from, field: "--from", at: studios) }
        for studio in homes + studios.filter({ $0.handle != trainer?.homeStudio }) {
            var context = try await intro.timeContext(
                for: from, after, before, at: studio, with: trainer?.id, isNamed: studios.count == 1, in: database)
            if let home = homes.first { context.order = intro.timeContext(at: home).order }
            let phrase = try from.map { try parseTimePhrase($0, field: "--from", in: context) }
            var end: Date?
            if case .period(let period) = phrase {
                (search.after, search.before) = period.isAllDay ? (nil, nil) : (period.from, period.until)
                search.weekdays = period.weekdays
                end = days == nil ? period.end(studio.clock) : nil
            }
            let start = max(phrase?.start(studio.clock) ?? intro.now, phrase == nil ? intro.now : .distantPast)
            let window = DayWindow(start: start, days: days ?? 7, clock: studio.clock)
            search.windows.append(SlotSearch.Window(studio: studio, from: start, until: end ?? window.end))
            let limits = try rethrowingTimeProblems(studio.clock) { () throws(TimeProblem) in
                try TimeOfDayLimits(
                    after: after.map { .init($0, field: "--after") },
                    before: before.map { .init($0, field: "--before") },
                    weekdays: weekdays, in: context)
            }
            search.after = limits.after ?? search.after
            search.before = limits.before ?? search.before
        }
        search.weekdays = weekdays ?? search.weekdays
        guard let first = search.after, let end = search.before, first >= end else { return search }
        throw contradiction(first, end, in: intro.console.times, on: studios[0].clock)
    }

    /// Returns the error for times of day of which the first is not before the last; `--from` may have either of them.
    private func contradiction(
        _ first: LocalTime, _ end: LocalTime, in times: TimeFormat, on clock: StudioClock
    ) -> InvalidInput {
        let (start, last) = (times.text(first, on: clock), times.text(end, on: clock))
        if before == nil {
            return InvalidInput(
                field: "--after", problem: "\(start) is not earlier than \(last), the end of --from",
                hint: "give an earlier time to --after, or leave it out")
        }
        return InvalidInput(
            field: "--before",
            problem: "\(last) is not later than \(start), \(after == nil ? "the beginning of --from" : "--after")",
            hint: after == nil
                ? "give a later time to --before, or leave it out" : "give the earlier time of day to --after")
    }

    /// Parses each `--weekday`: `thu,fri`, `mon-wed`, `weekdays` or `weekends`; returns `nil` without the option.
    private func weekdays(language: PhraseLanguage) throws(InvalidInput) -> Set<Weekday>? {
        guard !weekday.isEmpty else { return nil }
        var weekdays: Set<Weekday> = []
        for text in weekday {
            guard let days = Weekday.days(parsing: text, language: language) else {
                throw InvalidInput(
                    field: "--weekday", problem: "\(quoted(text)) is not a list of days",
                    hint: "write it like thu,fri or mon-wed")
            }
            weekdays.formUnion(days)
        }
        return weekdays
    }
}

extension Slots {
    /// Returns the reason why no slot is free.
    private func reason(
        _ search: SlotSearch, _ trainer: Trainer?, of intro: Intro, _ database: Database
    ) async throws -> String {
        if search.isNarrowed { return "No slot is free at those times." }
        let home = search.windows.first { $0.studio.handle == trainer?.homeStudio }
        guard let window = home ?? search.windows.first, home != nil || search.windows.count == 1 else {
            return "No slot is free at any of the \(search.windows.count) studios then."
        }
        let studio = window.studio
        let asked = window.from..<max(window.from, window.until)
        let roster = try await database.withConnection { connection in
            try await RosterRepository(connection).roster(
                at: studio.id, of: trainer?.id, on: studio.clock.dates(of: asked))
        }
        let name = studio.name.visible
        let who = trainer?.name.visible
        let times = intro.console.times
        func time(_ instant: Date) -> String { times.textWithoutZone(instant, on: studio.clock) }
        func length(_ minutes: Int32) -> String { DurationInput.text(minutes: Int(minutes)) }
        switch NoSlotsReason(in: asked, at: studio, with: trainer, roster: roster, now: intro.now) {
        case .past:
            return "That time is in the past."
        case .tooSoon(let from):
            return "\(name) takes bookings at least \(length(studio.offer.noticeMinutes)) ahead: from \(time(from)) on."
        case .beyondHorizon(let until):
            return "\(name) takes bookings at most \(length(studio.offer.horizonMinutes)) ahead: until \(time(until))."
        case .retired(let since):
            return
                "\(who ?? name) has been retired since \(times.text(studio.clock.date(of: since), on: studio.clock))."
        case .noWork:
            return who.map { "\($0) does not work at \(name) then." } ?? "No trainer works at \(name) then."
        case .closed(let reasons):
            return "\(name) is closed then: \(reasons.joined(separator: ", ").visible)"
        case .away(let reasons):
            let why = reasons.isEmpty ? "." : ": \(reasons.joined(separator: ", ").visible)"
            return who.map { "\($0) is away then\(why)" } ?? "All trainers who work at \(name) then are away."
        case .booked:
            return who.map { "\($0) is fully booked at \(name) then." } ?? "\(name) is fully booked then."
        }
    }
}

/// The JSON form of a slot; trainer and studio are identified by handle and ID.
struct SlotRecord: Encodable, Sendable, Equatable {
    let startsAt: Date
    let localStart: String
    let trainer: String
    let studio: String

    init(_ slot: Slot) {
        startsAt = slot.startsAt
        localStart = slot.localStart
        trainer = slot.trainer.handle
        studio = slot.studio.handle
    }
}
