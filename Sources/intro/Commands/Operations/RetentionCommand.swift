import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Jobs
import Logging
import Postgres
import Reminders

/// `intro retention`: applies the retention periods, or shows what they would remove.
struct RetentionCommand: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "retention",
        abstract: "Remove data that is older than the retention periods.",
        discussion: """
            The job prune-history of `intro run` removes the same data each night. With --dry-run, nothing is removed, and \
            a login that only reads is sufficient. Otherwise the command asks on a terminal; removed data cannot be \
            restored. An interrupted command has removed whole batches, and the next one continues.

            Example: intro retention --dry-run
            """)

    @Flag(help: "Show the numbers and remove nothing.")
    var dryRun = false

    @Flag(help: "Remove without asking.")
    var yes = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let database = try await intro.database()
        let times = try await intro.displayTimes(in: database)
        if !dryRun, !yes {
            try Confirmation.assertPossible("removed data cannot be restored: this needs confirmation")
            let counts = try await intro.outdatedData(in: database)
            let record = RetentionRecord(counts, intro.settings.retention, now: intro.now)
            intro.console.note(record.table(in: times).text(width: intro.console.width))
            try Confirmation.ask("Remove this data? It cannot be restored.")
        }
        let counts =
            dryRun
            ? try await intro.outdatedData(in: database)
            : try await Interruptible.run { try await intro.applyRetention(in: database) }
        var record = RetentionRecord(counts, intro.settings.retention, now: intro.now)
        record.dryRun = dryRun ? true : nil
        try intro.console.report(record) {
            record.table(in: times).text(on: intro.console) + (dryRun ? "\n\nNothing was removed." : "")
        }
    }
}

/// The numbers of rows that retention removed, or would remove.
struct RetentionCounts: Sendable {
    let jobs: JobAdmin.Pruning
    /// The number of outdated pauses of channels.
    let pauses: Int
    let data: Retention.Removed

    /// Logs the numbers of the job.
    func log(to logger: Logger) {
        logger.info(
            "old data removed",
            metadata: [
                "events": "\(data.events)", "message_bodies": "\(data.messageBodies)", "inbound": "\(data.inbound)",
            ])
    }
}

extension Intro {
    /// Removes the records that are older than their retention periods.
    ///
    /// The ages of jobs and runners are by the database's clock.
    func applyRetention(in database: Database) async throws -> RetentionCounts {
        let retention = settings.retention
        return RetentionCounts(
            jobs: try await JobAdmin(database).prune(deadFor: retention.ageOfDeadJobs),
            pauses: try await database.withConnection { [now] in try await ChannelPauseRepository($0).prune(at: now) },
            data: try await Retention(database: database, actor: actor).apply(retention.periods, now: now))
    }

    /// Counts the records that ``applyRetention(in:)`` would remove.
    func outdatedData(in database: Database) async throws -> RetentionCounts {
        let retention = settings.retention
        return RetentionCounts(
            jobs: try await JobAdmin(database).countPrunable(deadFor: retention.ageOfDeadJobs),
            pauses: try await database.withConnection { [now] connection in
                try await ChannelPauseRepository(connection).countOutdated(at: now)
            },
            data: try await Retention(database: database, actor: actor).count(retention.periods, now: now))
    }
}

extension Settings.Retention {
    fileprivate var ageOfDeadJobs: Duration? { jobs.map { .seconds($0 * 86_400) } }

    fileprivate var periods: Retention.Periods {
        Retention.Periods(events: events, messageBodies: messageBodies, inbound: inbound)
    }
}

/// The JSON form of the numbers, with the settings.
struct RetentionRecord: Encodable {
    /// The rows of one kind.
    struct Item: Encodable {
        let kind: String
        /// The setting with the period; `null` for rows that are always removed once they have no use.
        @NullWhenNil var setting: String?
        /// The period; `null` for no limit.
        @NullWhenNil var periodDays: Int?
        /// The limit: older rows are removed.
        @NullWhenNil var before: Date?
        let count: Int
        /// The name of the kind in the table.
        let name: String

        private enum CodingKeys: CodingKey {
            case kind, setting, periodDays, before, count
        }
    }

    /// Only with `--dry-run`.
    var dryRun: Bool?
    let items: [Item]

    init(_ counts: RetentionCounts, _ retention: Settings.Retention, now: Date) {
        func item(_ kind: String, _ name: String, _ setting: Setting?, _ days: Int?, _ count: Int) -> Item {
            Item(
                kind: kind, setting: setting?.rawValue, periodDays: days,
                before: days.map { now.addingTimeInterval(-86_400 * TimeInterval($0)) }, count: count, name: name)
        }
        let (data, jobs) = (counts.data, counts.jobs)
        items = [
            item("events", "events", .retentionEvents, retention.events, data.events),
            item(
                "message_bodies", "texts of messages", .retentionMessageBodies, retention.messageBodies,
                data.messageBodies),
            item("inbound", "received texts, mail", .retentionInbound, retention.inbound, data.inbound),
            item("dead_jobs", "dead jobs", .retentionJobs, retention.jobs, jobs.dead),
            item("ended_runners", "ended runners", nil, 1, jobs.runners),
            item("unique_keys", "expired unique keys", nil, nil, jobs.periods),
            item("channel_pauses", "outdated pauses", nil, nil, counts.pauses),
        ]
    }

    /// Returns the table of the numbers.
    func table(in times: DisplayTimes) -> Table {
        Table(
            [.init("DATA"), .code("SETTING"), .code("PERIOD"), .exact("BEFORE"), .init("ROWS", .right)],
            rows: items.map { item in
                let period = item.periodDays.map { "\($0)d" } ?? (item.setting == nil ? "" : "none")
                return [
                    item.name, item.setting ?? "", period, item.before.map { times.date(of: $0) } ?? "",
                    "\(item.count)",
                ]
            }
        )
    }
}
