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
                A date alone means the whole day. Booked sessions stay and are listed.

                Example: intro studio close downtown 2026-12-24 2026-12-26
                """
        )

        @Argument(help: "The studio.")
        var id: String

        @Argument(help: "The first day or time of the closure.")
        var from: String

        @Argument(help: "The last day of the closure, or the time it ends.")
        var until: String

        @Option(help: ArgumentHelp("The reason, shown to the desk.", valueName: "text"))
        var reason: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let handle = try Handle(id, field: "the id")
            let reason = try SingleLineText(reason, field: "--reason").text
            let database = try await intro.database()
            let studio = try await database.withConnection { try await StudioRepository($0).named(handle) }
            let context = try await intro.timeContext(for: from, until, at: studio, with: nil, in: database)
            let period = try Period(
                from: (from, field: "the beginning"), until: (until, field: "the end"), in: context)
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
