import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres

extension TrainerCommand {
    /// `intro trainer cover`.
    struct Cover: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "cover",
            abstract: "Move an absent trainer's sessions to other trainers.",
            discussion: """
                Each session to come keeps its time and studio, and its client is notified once. Sessions that no other \
                trainer can take are listed for a call; three near slots are held for each for 30 minutes. The command can \
                be repeated.

                Example: intro trainer cover maria
                """)

        @Argument(help: "The absent trainer: handle or full name.", completion: .trainers)
        var handle: String

        @Option(
            help: ArgumentHelp("The first day, or the time at which it begins. (default: today)", valueName: "time"))
        var from: String?

        @Option(help: ArgumentHelp("The last day, or the time of return. (default: the first day)", valueName: "time"))
        var until: String?

        @Option(
            help: ArgumentHelp("Handle or full name of the substitute. (default: any free)", valueName: "handle"),
            completion: .trainers)
        var with: String?

        @OptionGroup var change: ChangeOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let (trainer, home) = try await intro.trainer(handle, in: database)
            let context = try await intro.timeContext(for: from, until, at: home, with: trainer.id, in: database)
            let period = try Period(daysFrom: from, until: until, in: context)
            var request = CoverRequest(trainer: trainer, during: period.from..<period.until)
            request.substitute = try await substitute(for: trainer, in: intro, database)
            let change = try change.request(now: intro.now)
            request.requestID = change.requestID
            request.isDryRun = change.isDryRun
            let result = try await intro.frontDesk(database).cover(request, now: intro.now)
            var report = CoverReport(result, of: trainer, in: period, isDryRun: change.isDryRun)
            report.explainsLeft = request.substitute != nil
            try intro.console.report(report.record) { report.text(on: intro.console) }
        }

        private func substitute(
            for trainer: Trainer, in intro: Intro, _ database: Database
        ) async throws -> Trainer? {
            guard let with else { return nil }
            let handle = try await intro.trainerHandle(with, field: "--with", in: database)
            guard handle != trainer.handle else {
                throw InvalidInput(
                    field: "--with", problem: "is the absent trainer", hint: "name another trainer, or leave it out")
            }
            return try await database.withConnection { try await TrainerRepository($0).named(handle) }
        }
    }
}

extension Period {
    /// Parses a period of days; the default is today, and for the end the day of the beginning, or the end of a period
    /// such as `next week`.
    ///
    /// - Parameters:
    ///   - from: The text that was typed for `--from`.
    ///   - until: The text that was typed for `--until`.
    ///   - context: The clock, the present time and the conventions of the studio.
    /// - Throws: `InvalidInput` when an end cannot be parsed or is not after the beginning, or a `Refusal` when a local
    ///   time does not exist or is ambiguous at a clock change.
    init(daysFrom from: String?, until: String?, in context: TimePhraseContext) throws {
        let clock = context.clock
        if let until {
            try self.init(
                from: (from ?? clock.date(of: context.now).description, field: "--from"),
                until: (until, field: "--until"), in: context)
            return
        }
        if let from, let whole = try Period(whole: from, field: "--from", in: context) {
            self = whole
            return
        }
        let first =
            try from.map { try parseTimePhrase($0, field: "--from", in: context).start(clock) }
            ?? clock.startOfDay(clock.date(of: context.now))
        self.init(from: first, until: clock.startOfDay(clock.date(of: first).adding(days: 1)), clock: clock)
    }
}

/// The result of a cover for the desk: the moved sessions, and the clients to call.
struct CoverReport {
    let result: CoverResult
    let trainer: Trainer
    let period: Period
    let isDryRun: Bool
    /// Whether the call list says why each session was not moved: another trainer than the requested one may take it.
    var explainsLeft = false

    init(_ result: CoverResult, of trainer: Trainer, in period: Period, isDryRun: Bool = false) {
        self.result = result
        self.trainer = trainer
        self.period = period
        self.isDryRun = isDryRun
    }

    /// The JSON form.
    var record: CoverRecord {
        var record = CoverRecord(result, of: trainer)
        record.trainer = SessionRecord.Trainer(handle: trainer.handle.text, name: trainer.name)
        record.from = period.from
        record.until = period.until
        record.dryRun = isDryRun ? true : nil
        return record
    }

    /// Returns the lines, in the width of the console.
    func text(on console: Console) -> String {
        let times = console.times
        let span = period.text(in: times)
        let all = result.moved.count + result.left.count
        guard all > 0 else { return console.wrapped("\(trainer.name) has no sessions to come, \(span).".visible) }
        let verb = isDryRun ? "Would move" : "Moved"
        let what = "\(verb) \(result.moved.count) of \(counted(all, "session")) of \(trainer.name), \(span)."
        var lines = [console.wrapped(what.visible)]
        if !result.moved.isEmpty { lines += ["", moved(in: times).text(on: console)] }
        lines += calls(in: times, width: console.textWidth)
        return lines.joined(separator: "\n")
    }

    /// Returns the call list: the clients of sessions that were left, and those who receive no notice of the move.
    private func calls(in times: TimeFormat, width: Int) -> [String] {
        let notNotified = result.notNotified(insteadOf: trainer)
        guard !result.left.isEmpty || !notNotified.isEmpty else { return [] }
        var lines = ["", heading(counted(result.left.count + notNotified.count, "client"), in: times)]
        for left in result.left { lines += call(left.session, offer(left, in: times), in: times, width: width) }
        if !result.left.isEmpty { lines.append("use `intro reschedule REF --at TIME --trainer HANDLE`") }
        for (moved, reason) in notNotified {
            let verb = isDryRun ? "would be moved" : "moved"
            let what = "\(verb) to \(moved.trainer.name); cannot be notified: \(reason)"
            lines += call(moved, what, in: times, width: width)
        }
        return lines
    }

    private func moved(in times: TimeFormat) -> Table {
        Table(
            [.exact("SESSION"), .exact("START"), .init("CLIENT"), .init("NEW TRAINER")],
            rows: result.moved.map(\.session).map { session in
                [
                    session.reference.description, session.start.text(in: times), session.client.name.truncated(to: 22),
                    session.trainer.name.truncated(to: 20),
                ]
            })
    }

    private func heading(_ clients: String, in times: TimeFormat) -> String {
        guard let hold = result.left.compactMap(\.hold).first else { return "Call \(clients):" }
        let until = times.text(period.clock.time(of: hold.expiresAt), on: period.clock)
        return "Call \(clients); the times are held until \(until):"
    }

    /// Returns the alternatives to offer in one call.
    private func offer(_ left: CoverResult.Left, in times: TimeFormat) -> String {
        let session = left.session
        let clock = session.studio.clock
        let reason = explainsLeft ? left.refusal.reason.text(in: times) + "; " : ""
        let slots = left.alternatives.map { slot in
            let date = clock.date(of: slot.startsAt)
            let day = date == clock.date(of: session.startsAt) ? "" : times.text(date, on: clock) + ", "
            return day + times.text(clock.time(of: slot.startsAt), on: clock) + " \(slot.trainer.handle)"
        }
        return reason + (slots.isEmpty ? "no free slot within two weeks" : slots.joined(separator: "; "))
    }

    /// Returns the lines for one call: the client and the phone number, and what to say.
    ///
    /// An e-mail address may be as long as a line, and is the only way to reach a client without a phone number.
    private func call(_ session: Session, _ what: String, in times: TimeFormat, width: Int) -> [String] {
        let client = session.client
        let head = "\(session.reference)  \(session.start.text(in: times))  \(client.name.visible.truncated(to: 22))"
        let indent = 11
        let margin = String(repeating: " ", count: indent)
        let text = (margin + what.visible).wrapped(to: width, indent: indent)
        if let phone = client.phone { return "\(head)  \(phone.display)".wrapped(to: width, indent: indent) + text }
        guard let address = client.email?.address else { return head.wrapped(to: width, indent: indent) + text }
        // The address is not cut, even if it is longer than the line.
        let note = "(no phone number)"
        let line = margin + address.visible
        let fits = displayWidth(line) + 1 + displayWidth(note) <= width
        return head.wrapped(to: width, indent: indent) + (fits ? ["\(line) \(note)"] : [line, margin + note]) + text
    }
}

extension CoverResult {
    /// Returns the sessions whose clients receive no notice of the move, each with the reason.
    ///
    /// A repeated request has the present state of its sessions: one that was cancelled, marked or moved back since
    /// then is not named.
    ///
    /// - Parameter absent: The absent trainer.
    /// - Returns: The sessions, by start.
    fileprivate func notNotified(insteadOf absent: Trainer) -> [(session: Session, reason: String)] {
        moved.filter { $0.session.status == .booked && $0.session.trainer.id != absent.id }
            .compactMap { moved in moved.reasonOfNoNotice.map { (moved.session, $0) } }
    }
}

extension ChangeResult {
    /// Why the client receives no notice of the move; `nil` if one is or was sent.
    fileprivate var reasonOfNoNotice: String? {
        guard let reasons = messages?.reasonsOfNoNotice else { return nil }
        return reasons.isEmpty ? "no message will be sent" : reasons.joined(separator: ", ")
    }
}

/// The JSON form of a cover.
struct CoverRecord: Encodable {
    /// A session that was not moved.
    struct Left: Encodable {
        let booking: SessionRecord
        /// Free slots near its time.
        let alternatives: [SlotRecord]
        /// The key of the hold of the alternatives; `null` for a dry run and without alternatives.
        @NullWhenNil var hold: String?
        @NullWhenNil var expiresAt: Date?
        /// The code of the rule by which no other trainer can take it.
        let reason: String
        let message: String
    }

    var trainer: SessionRecord.Trainer?
    var from: Date?
    var until: Date?
    /// The sessions that were moved, each with its messages.
    let moved: [SessionRecord]
    let left: [Left]
    /// The references of the moved sessions whose clients receive no notice and must be called.
    let notNotified: [String]
    /// Only with `--dry-run`.
    var dryRun: Bool?

    init(_ result: CoverResult, of trainer: Trainer) {
        moved = result.moved.map { moved in
            var record = SessionRecord(moved.session)
            record.add(moved.messages, on: moved.session.studio.clock)
            return record
        }
        notNotified = result.notNotified(insteadOf: trainer).map(\.session.reference.description)
        left = result.left.map { left in
            Left(
                booking: SessionRecord(left.session), alternatives: left.alternatives.map { SlotRecord($0) },
                hold: left.hold?.key.description, expiresAt: left.hold?.expiresAt,
                reason: left.refusal.rule.rawValue, message: left.refusal.message)
        }
    }
}
