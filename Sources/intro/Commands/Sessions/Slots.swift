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
        discussion: "Example: intro slots --trainer maria --from tomorrow --days 3")

    @Option(
        help: ArgumentHelp("The studio. (default: the trainer's, or the only one)", valueName: "id"),
        completion: .studios)
    var studio: String?

    @Option(help: ArgumentHelp("Only this trainer's slots.", valueName: "handle"), completion: .trainers)
    var trainer: String?

    @Option(help: ArgumentHelp("The earliest time, such as \"tomorrow 9am\". (default: now)", valueName: "time"))
    var from: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Number of days.", valueName: "n"))
    var days = "7"

    @Option(parsing: .unconditional, help: ArgumentHelp("Maximum number of slots.", valueName: "n"))
    var limit = "20"

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let limit = try count(limit, field: "--limit", in: 1...100_000)
        let days = try count(days, field: "--days", in: 1...400)
        let database = try await intro.database()
        let bookingTarget = try await intro.bookingTarget(studio: studio, trainer: trainer, in: database)
        let now = intro.now
        let context = try await intro.timeContext(
            for: from, at: bookingTarget.studio, with: bookingTarget.trainer?.id, in: database)
        let window = try DayWindow(from: from, days: days, in: context)
        let (slots, all) = try await database.withConnection { connection in
            let repository = SlotRepository(connection)
            let slots = try await repository.open(
                at: bookingTarget.studio, with: bookingTarget.trainer?.id, from: window.start, until: window.end,
                now: now,
                limit: limit)
            guard slots.count == limit else { return (slots, (count: slots.count, last: nil as Date?)) }
            return (
                slots,
                try await repository.count(
                    at: bookingTarget.studio, with: bookingTarget.trainer?.id, from: window.start, until: window.end,
                    now: now)
            )
        }
        guard let last = slots.last else {
            let why = try await reason(at: bookingTarget, in: window, of: intro, database)
            return try intro.console.report([SlotRecord]()) { why }
        }
        var rest: TruncatedList?
        if all.count > slots.count, let end = all.last {
            rest = TruncatedList(
                shown: slots.count, total: all.count, last: last.startsAt, end: end, clock: bookingTarget.studio.clock,
                times: intro.console.times)
            rest?.largestLimit = 100_000
        }
        try intro.console.report(slots.map { SlotRecord($0) }, leavingOut: rest) {
            Self.table(slots, times: intro.console.times).text(colored: intro.console.isColored)
        }
    }

    private static func table(_ slots: [Slot], times: TimeFormat) -> Table {
        Table(
            [.init("WHEN"), .init("TRAINER"), .init("HANDLE")],
            rows: slots.map { [$0.start.text(in: times), $0.trainer.name, $0.trainer.handle] })
    }
}

extension Slots {
    /// Returns the reason why no slot is free.
    private func reason(
        at bookingTarget: Intro.BookingTarget, in window: DayWindow, of intro: Intro, _ database: Database
    ) async throws -> String {
        let studio = bookingTarget.studio
        let asked = window.start..<max(window.start, window.end)
        let roster = try await database.withConnection { connection in
            try await RosterRepository(connection).roster(
                at: studio.id, of: bookingTarget.trainer?.id, on: studio.clock.dates(of: asked))
        }
        let name = studio.name.visible
        let who = bookingTarget.trainer?.name.visible
        let times = intro.console.times
        func time(_ instant: Date) -> String { times.textWithoutZone(instant, on: studio.clock) }
        func length(_ minutes: Int32) -> String { DurationInput.text(minutes: Int(minutes)) }
        switch NoSlotsReason(in: asked, at: studio, with: bookingTarget.trainer, roster: roster, now: intro.now) {
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
