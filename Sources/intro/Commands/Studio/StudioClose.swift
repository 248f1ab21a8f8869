import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

extension StudioCommand {
    /// `intro studio close`.
    struct Close: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "close",
            abstract: "Close a studio for some days or hours.",
            discussion: """
                A date alone means the whole day; a period such as "next week" needs no end. Booked sessions stay and are \
                listed.

                Example: intro studio close downtown "dec 24" "dec 26" --reason holidays
                """
        )

        @Argument(help: "The studio: id or full name.", completion: .studios)
        var id: String

        @Argument(help: "The first day or time of the closure.")
        var from: String

        @Argument(help: "The last day of the closure, or the time it ends.")
        var until: String?

        @Option(help: ArgumentHelp("The reason, shown to the desk.", valueName: "text"))
        var reason: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let reason = try SingleLineText(reason, field: "--reason").text
            let database = try await intro.database()
            let handle = try await intro.studioHandle(id, field: "the id", in: database)
            let studio = try await database.withConnection { try await StudioRepository($0).named(handle) }
            let context = try await intro.timeContext(for: from, until, at: studio, with: nil, in: database)
            let period = try period(in: context)
            let booked = try await intro.administration(database).close(
                studio: handle, Closure(from: period.from, until: period.until, reason: reason))
            let affected = booked.filter { $0.endsAt > intro.now }
            var record = ClosureRecord(of: handle.text, period, reason: reason)
            record.booked = booked.map(\.reference.description)
            record.affected = affected.map { SessionRecord($0) }
            try intro.console.report(record) {
                AffectedSessions(affected).text(
                    after: "\(studio.name) is closed \(period.text(in: intro.console.times)): \(reason)".visible,
                    on: intro.console)
            }
        }

        private func period(in context: TimePhraseContext) throws -> Period {
            let (first, last) = ("the beginning", "the end")
            if let until {
                return try Period(from: (from, field: first), until: (until, field: last), in: context)
            }
            if let whole = try Period(whole: from, field: first, in: context) { return whole }
            throw Failure(
                code: "usage", message: "the end of the closure is missing",
                hint: "repeat the day for one day: only a period such as \"next week\" needs no end", exit: .usage)
        }
    }
}

extension StudioCommand {
    /// `intro studio reopen`.
    struct Reopen: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "reopen",
            abstract: "Open a studio for days or hours of a closure.",
            discussion: """
                Closures in that time are removed or shortened. Without an end, the rest of the first day is opened. \
                Sessions that stayed booked are listed.

                Example: intro studio reopen downtown 2026-12-24
                """
        )

        @Argument(help: "The studio: id or full name.", completion: .studios)
        var id: String

        @Argument(help: "The first day or time that is open again.")
        var from: String

        @Argument(help: "The last day that is open again, or the time at which the closure goes on.")
        var until: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let handle = try await intro.studioHandle(id, field: "the id", in: database)
            let studio = try await database.withConnection { try await StudioRepository($0).named(handle) }
            let context = try await intro.timeContext(for: from, until, at: studio, with: nil, in: database)
            let period = try period(on: studio.clock, in: context)
            let reopening = try await intro.administration(database).reopen(
                studio: handle, from: period.from, until: period.until, now: intro.now)
            func closed(_ closures: [Closure]) -> [(Period, String)] {
                closures.map { (Period(from: $0.from, until: $0.until, clock: studio.clock), $0.reason) }
            }
            var record = ReopeningRecord(of: handle.text, period)
            record.removed = closed(reopening.removed).map { ClosureRecord(of: handle.text, $0, reason: $1) }
            record.closures = closed(reopening.remaining).map { ClosureRecord(of: handle.text, $0, reason: $1) }
            record.affected = reopening.affected.map { SessionRecord($0) }
            try intro.console.report(record) {
                let times = intro.console.times
                let opened = closed(reopening.removed).map {
                    "\(studio.name) is open again \($0.text(in: times)); it was closed for: \($1)"
                }
                let remaining = closed(reopening.remaining).map { "still closed \($0.text(in: times)): \($1)" }
                return AffectedSessions.possibleAgain(reopening.affected).text(
                    after: (opened + remaining).map(\.visible).joined(separator: "\n"), on: intro.console)
            }
        }

        private func period(on clock: StudioClock, in context: TimePhraseContext) throws -> Period {
            let (first, last) = ("the beginning", "the end")
            if let until {
                return try Period(from: (from, field: first), until: (until, field: last), in: context)
            }
            if let whole = try Period(whole: from, field: first, in: context) { return whole }
            let start = try parseTimePhrase(from, field: first, in: context).start(clock)
            let nextDay = clock.startOfDay(clock.date(of: start).adding(days: 1))
            return Period(from: start, until: nextDay, clock: clock)
        }
    }
}

/// The JSON form of the result of opening a studio again.
struct ReopeningRecord: Encodable {
    let studio: String
    let from: Date
    let until: Date
    let localFrom: String
    let localUntil: String
    /// The closures, or their parts, that were removed.
    var removed: [ClosureRecord] = []
    /// The closures that remain and are not over.
    var closures: [ClosureRecord] = []
    /// The upcoming sessions that are booked in that time.
    var affected: [SessionRecord] = []

    init(of studio: String, _ period: Period) {
        self.studio = studio
        from = period.from
        until = period.until
        localFrom = period.localFrom
        localUntil = period.localUntil
    }
}

/// The JSON form of a closure.
struct ClosureRecord: Encodable {
    let studio: String
    let from: Date
    let until: Date
    let localFrom: String
    let localUntil: String
    let reason: String
    /// The references of the booked sessions in the closure; only for a new closure.
    var booked: [String]?
    /// The upcoming sessions among them; only for a new closure.
    var affected: [SessionRecord]?

    init(of studio: String, _ period: Period, reason: String) {
        self.studio = studio
        from = period.from
        until = period.until
        localFrom = period.localFrom
        localUntil = period.localUntil
        self.reason = reason
    }
}
