import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

extension TrainerCommand {
    /// `intro trainer away`.
    struct Away: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "away",
            abstract: "Add, list or remove a trainer's time off.",
            discussion: """
                A date alone means the whole day. Booked sessions stay and are listed; --cover moves them to other \
                trainers, as `intro trainer cover` does; without --from and --until, the time off is the rest of the day.

                Example: intro trainer away maria --from 2026-12-24 --until 2026-12-26
                """
        )

        @Argument(help: "The trainer: handle or full name.", completion: .trainers)
        var handle: String

        @Option(help: ArgumentHelp("The first day off, or the time at which it begins.", valueName: "time"))
        var from: String?

        @Option(help: ArgumentHelp("The last day off, or the time of return.", valueName: "time"))
        var until: String?

        @Option(help: ArgumentHelp("The reason, shown to the desk.", valueName: "text"))
        var reason: String?

        @Flag(help: "Move the sessions in it to other trainers.")
        var cover = false

        @Flag(help: "List current and upcoming time off.")
        var list = false

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp("Remove the time off with this number.", valueName: "number"))
        var remove: String?

        @OptionGroup var change: ChangeOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        private static let missingEnd =
            "--from and --until are required, unless --from is a period such as \"next week\""

        func checkUsage() throws {
            let addsTimeOff = from != nil || until != nil || reason != nil || cover
            guard [addsTimeOff, list, remove != nil].filter(\.self).count == 1 else {
                throw ValidationError("give --from and --until, or --list, or --remove NUMBER")
            }
            guard !addsTimeOff || cover || from != nil else {
                throw ValidationError(Self.missingEnd)
            }
            guard addsTimeOff || !(change.dryRun || change.requestID != nil) else {
                throw ValidationError("--dry-run and --request-id are for new time off")
            }
        }

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let (trainer, home) = try await intro.trainer(handle, in: database)
            if from != nil || until != nil || cover {
                let context = try await intro.timeContext(for: from, until, at: home, with: trainer.id, in: database)
                try await addAbsence(try period(in: context), of: trainer, in: intro, database)
            } else if let remove {
                try await self.remove(remove, of: trainer, by: home.clock, in: intro, database)
            } else {
                try await list(of: trainer, by: home.clock, in: intro, database)
            }
        }
    }
}

extension TrainerCommand.Away {
    /// Returns the period of the time off; with --cover, it is from now until the end of the day by default.
    ///
    /// A period such as `next week` needs no end.
    private func period(in context: TimePhraseContext) throws -> Period {
        if let from, let until {
            return try Period(from: (from, field: "--from"), until: (until, field: "--until"), in: context)
        }
        if !cover, let from {
            guard let whole = try Period(whole: from, field: "--from", in: context) else {
                throw Failure(
                    code: "usage", message: Self.missingEnd,
                    hint: "give the end with --until", exit: .usage)
            }
            return whole
        }
        let days = try Period(daysFrom: from, until: until, in: context)
        guard from == nil else { return days }
        let minute = (context.now.timeIntervalSince1970 / 60).rounded(.down) * 60
        let start = Date(timeIntervalSince1970: minute)
        guard start < days.until else {
            throw InvalidInput(
                field: "--until", problem: "\(quoted(until ?? "")) is in the past",
                hint: "time off without --from begins now: give a later end, or --from too")
        }
        return Period(from: start, until: days.until, clock: days.clock)
    }

    private func addAbsence(_ period: Period, of trainer: Trainer, in intro: Intro, _ database: Database) async throws {
        let change = try change.request(now: intro.now)
        let reason = try reason.map { try SingleLineText($0, field: "--reason").text }
        let (absence, alreadyExists, booked) = try await intro.administration(database).away(
            trainer.handle, from: period.from, until: period.until, reason: reason,
            reusesExisting: change.requestID != nil || cover, isDryRun: change.isDryRun)
        let affected = booked.filter { $0.endsAt > intro.now }
        let stored = alreadyExists ? Period(absence, clock: period.clock) : period
        var record = AbsenceRecord(absence, stored)
        record.dryRun = change.isDryRun ? true : nil
        if change.isDryRun, !alreadyExists { record.number = nil }
        record.booked = booked.map(\.reference.description)
        record.affected = affected.map { SessionRecord($0) }
        record.repeated = alreadyExists ? true : nil
        if alreadyExists, let reason, reason != absence.reason {
            intro.console.note(
                "note: --reason was ignored: time off number \(absence.number) exists already"
                    + (absence.reason.map { ", with the reason \(quoted($0))" } ?? ", without a reason"))
        }
        let heading = Self.heading(
            stored.text(in: intro.console.times), absence, of: trainer, alreadyExists: alreadyExists,
            isDryRun: change.isDryRun)
        guard cover else {
            return try intro.console.report(record) {
                AffectedSessions(affected).text(after: intro.console.wrapped(heading), on: intro.console)
            }
        }
        // Time off without a beginning begins now: a repeated request finds the one that it added.
        let start = alreadyExists ? min(absence.from, period.from) : period.from
        var request = CoverRequest(trainer: trainer, during: start..<period.until)
        (request.requestID, request.isDryRun) = (change.requestID, change.isDryRun)
        if !alreadyExists { request.plannedAbsence = (request.during, reason) }
        let result = try await intro.frontDesk(database).cover(request, now: intro.now)
        let covered = CoverRecord(result, of: trainer)
        (record.moved, record.left, record.notNotified) = (covered.moved, covered.left, covered.notNotified)
        let report = CoverReport(result, of: trainer, in: period, isDryRun: change.isDryRun)
        try intro.console.report(record) { intro.console.wrapped(heading) + "\n" + report.text(on: intro.console) }
    }

    /// Returns the first line: the time off that was added, would be added or exists already.
    private static func heading(
        _ span: String, _ absence: TimeOff, of trainer: Trainer, alreadyExists: Bool, isDryRun: Bool
    ) -> String {
        let number = "(time off number \(absence.number))"
        if alreadyExists { return "\(trainer.name) is already away \(span) \(number).".visible }
        return
            (isDryRun
            ? "\(trainer.name) would be away \(span)." : "\(trainer.name) is away \(span) \(number).").visible
    }

    private func remove(
        _ text: String, of trainer: Trainer, by clock: StudioClock, in intro: Intro, _ database: Database
    ) async throws {
        guard let number = Int64(text), number > 0 else {
            throw InvalidInput(
                field: "--remove", problem: "needs the number of a time off",
                hint: "see `intro trainer away \(trainer.handle) --list`")
        }
        let absence = try await intro.administration(database).removeAbsence(number, of: trainer.handle)
        let period = Period(absence, clock: clock)
        var record = AbsenceRecord(absence, period)
        // Removing time off affects no session.
        record.affected = []
        try intro.console.report(record) {
            "Time off removed: \(trainer.name), \(period.text(in: intro.console.times)).".visible
        }
    }

    private func list(
        of trainer: Trainer, by clock: StudioClock, in intro: Intro, _ database: Database
    ) async throws {
        let now = intro.now
        let absences = try await database.withConnection { connection in
            try await TimeOffRepository(connection).all(of: trainer.id, after: now)
        }
        let periods = absences.map { ($0, Period($0, clock: clock)) }
        try intro.console.report(periods.map { AbsenceRecord($0, $1) }) {
            guard !periods.isEmpty else { return "\(trainer.name) has no upcoming time off.".visible }
            return Table(
                [.code("NUMBER", .right), .exact("AWAY"), .init("REASON")],
                rows: periods.map { ["\($0.number)", $1.text(in: intro.console.times), $0.reason ?? ""] }
            ).text(on: intro.console)
        }
    }
}

/// The JSON form of a trainer's time off.
struct AbsenceRecord: Encodable {
    /// The number for `--remove`; `null` for a dry run that adds time off.
    @NullWhenNil var number: Int64?
    let from: Date
    let until: Date
    let localFrom: String
    let localUntil: String
    @NullWhenNil var reason: String?
    /// The references of the booked sessions in the absence; only for a new absence.
    var booked: [String]?
    /// The upcoming sessions that the absence affects; only for a new or removed absence.
    var affected: [SessionRecord]?
    /// The sessions that other trainers took over; only with `--cover`.
    var moved: [SessionRecord]?
    /// The sessions that no other trainer could take; only with `--cover`.
    var left: [CoverRecord.Left]?
    /// The references of the moved sessions whose clients must be called; only with `--cover`.
    var notNotified: [String]?
    /// Only if the time off was added before.
    var repeated: Bool?
    /// Only with `--dry-run`.
    var dryRun: Bool?

    init(_ absence: TimeOff, _ period: Period) {
        number = absence.number
        from = period.from
        until = period.until
        localFrom = period.localFrom
        localUntil = period.localUntil
        reason = absence.reason
    }
}
