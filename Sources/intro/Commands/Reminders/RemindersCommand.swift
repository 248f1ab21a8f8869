import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

/// `intro reminders`: sends and tracks messages.
struct RemindersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reminders",
        abstract: "Send, preview and track messages.", discussion: "Example: intro reminders list --status failed",
        subcommands: [
            Send.self, Plan.self, List.self, Preview.self, Test.self, Unknown.self, Resend.self, Settle.self, Hold.self,
            Release.self,
        ]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions
}

extension RemindersCommand {
    /// `intro reminders list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List messages with status and reason.",
            discussion: """
                The reason of a queued message is the cause of its wait, or why it would be skipped now.

                Example: intro reminders list K7Q2-9FXM
                """)

        @Argument(
            help: ArgumentHelp("Only this session's messages: a reference or client.", valueName: "ref"),
            completion: .references)
        var reference: String?

        @Option(help: "Only this status: queued, attempting, sent, failed, unknown or skipped.")
        var status: LedgerStatus?

        @Option(
            parsing: .unconditional, help: ArgumentHelp("Maximum number of messages: the newest ones.", valueName: "n"))
        var limit = "1000"

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let status = status?.rawValue
            let limit = try count(limit, field: "--limit", in: 1...1_000_000)
            let database = try await intro.readDatabase()
            var session: Session?
            if let reference { session = try await intro.session(reference, in: database) }
            let (entries, rest) = try await database.withConnection {
                [now = intro.now, reference = session?.reference] connection in
                let ledger = LedgerRepository(connection)
                let entries = try await ledger.evaluatedEntries(
                    of: reference, status: status, limit: limit, now: now)
                let rest = try await TruncatedList(shown: entries.count, limit: limit) {
                    try await ledger.count(of: reference, status: status, upTo: $0)
                }
                return (entries, rest)
            }
            try await intro.noteTemplateProblems(of: entries, in: database)
            try intro.console.report(entries.map { LedgerRecord($0) }, leavingOut: rest) {
                guard !entries.isEmpty else { return "No messages." }
                var table = Table([
                    .exact("REFERENCE"), .code("RULE"), .exact("DUE"), .code("STATUS"), .init("WHY"), .init("TO"),
                ])
                for entry in entries {
                    table.append([
                        entry.about, entry.ruleText, intro.console.times.text(entry.dueAt, on: entry.clock),
                        entry.status,
                        entry.reasonText(in: intro.console.times), entry.recipient ?? "",
                    ])
                }
                return table.text(on: intro.console)
            }
        }
    }
}

extension LedgerEntry {
    /// The rule, and the number of the copy.
    var ruleText: String { copy > 0 ? "\(rule), copy \(copy)" : rule }

    /// The subject of the message: the session's reference, or the trainer of a day.
    var about: String { reference?.description ?? trainer ?? "" }
}

/// The values of `--status`.
enum LedgerStatus: String, CaseIterable, ExpressibleByArgument {
    case queued, attempting, sent, failed, unknown, skipped
}

/// The JSON form of a batch's result.
struct DeliverySummaryRecord: Encodable {
    let due: Int
    let sent: Int
    /// Messages with the status failed.
    let failed: Int
    /// Messages that could not be sent, and stay queued for another attempt; absent if there are none.
    let postponed: Int?
    let unknown: Int
    let skipped: Int
    /// Messages that became unknown because the database was restored.
    ///
    /// Not included in the other counts. Absent if there are none.
    let restored: Int?
    /// Messages that are currently held because the database was restored.
    ///
    /// Not included in the other counts. Absent if there are none.
    let held: Int?

    init(_ report: DeliveryRun.Report) {
        self.init(report.counts, postponed: report.postponed, restored: report.restored, held: report.held)
    }

    init(_ counts: DeliveryRun.Counts, postponed: Int = 0, restored: Int = 0, held: HeldMessages?) {
        self.restored = restored > 0 ? restored : nil
        self.held = held.flatMap { $0.count > 0 ? $0.count : nil }
        due = counts.due
        sent = counts.sent
        failed = counts.failed - postponed
        self.postponed = postponed > 0 ? postponed : nil
        unknown = counts.unknown
        skipped = counts.skipped
    }
}

/// The JSON form of a group of similar due messages.
struct DueGroupRecord: Encodable {
    let rule: String
    let channel: String
    let studio: String
    /// The reason why they would be skipped or would wait.
    @NullWhenNil var skipReason: String?
    /// Whether they would wait: for quiet hours to end, or until their session can take place.
    let waits: Bool
    let count: Int64

    init(_ group: DueGroup) {
        rule = group.rule
        channel = group.channel
        studio = group.studio
        skipReason = group.skipReason?.rawValue
        waits = group.waits
        count = group.count
    }
}

/// The JSON form of a message in the ledger.
struct LedgerRecord: Encodable {
    @NullWhenNil var id: Int64?
    @NullWhenNil var reference: String?
    /// The trainer whose day the message is about; `null` for a session.
    @NullWhenNil var trainer: String?
    let rule: String
    let channel: String
    let audience: String
    let revision: Int32
    /// The number of the copy that was requested; 0 is the first message.
    let copy: Int32
    @NullWhenNil var copyReason: String?
    let status: String
    @NullWhenNil var reason: String?
    let dueAt: Date
    let localDueAt: String
    @NullWhenNil var waitUntil: Date?
    let attempts: Int32
    @NullWhenNil var attemptedAt: Date?
    @NullWhenNil var sentAt: Date?
    /// When the SMS service reported the delivery.
    @NullWhenNil var deliveredAt: Date?
    @NullWhenNil var to: String?
    @NullWhenNil var reply: String?

    init(_ entry: LedgerEntry) {
        id = entry.id
        reference = entry.reference?.description
        trainer = entry.trainer
        rule = entry.rule
        channel = entry.channel
        audience = entry.audience
        revision = entry.revision
        copy = entry.copy
        copyReason = entry.copyReason
        status = entry.status
        reason = entry.reason?.rawValue
        dueAt = entry.dueAt
        localDueAt = entry.clock.text(entry.dueAt)
        waitUntil = entry.waitUntil
        attempts = entry.attempts
        attemptedAt = entry.attemptedAt
        sentAt = entry.sentAt
        deliveredAt = entry.deliveredAt
        to = entry.recipient
        // A message that is not tried while its channel is paused has no reply of its own.
        reply = entry.reply ?? entry.pause?.reason
    }
}
