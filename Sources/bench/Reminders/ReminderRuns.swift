import BookingStore
import FoundationEssentials
import Postgres
import Reminders

/// The measurements of reminders, from the rules to the mail server.
struct ReminderRuns: Part {
    static let name = "reminders"

    func run(in context: BenchContext) async throws -> [Figure] {
        try await context.withDatasetCopy { try await run(in: $0, context) }
    }

    private func run(in dataset: Dataset, _ context: BenchContext) async throws -> [Figure] {
        var figures = try await ReminderPlans(dataset: dataset).figures(in: context)
        figures += try await ReminderMemory(dataset: dataset).figures(in: context)
        let mailBench = try await MailBench.open(in: dataset, context)
        figures += try await ReminderDeliveries(mailBench: mailBench).figures(in: context)
        return figures
    }
}

/// The time to plan due messages, compared with the INSERT alone, and its growth with the number of future sessions.
struct ReminderPlans {
    let dataset: Dataset

    func figures(in context: BenchContext) async throws -> [Figure] {
        let server = context.server
        let insert = try await insert(in: context)
        let mails = dataset.trainers * 10
        let runs = try await planning(dataset, in: server) { plan in
            try await PairedRuns.measure(.limitByValue, rounds: context.sizes.rounds, value: plan) {
                try await server.psql(dataset.database, ["-c", "VACUUM message"])
                return try await server.timed(dataset.database, "\(insert);", within: ("BEGIN;", "ROLLBACK;"))
            }
        }
        let growth = try await growth(in: context)
        return [
            Figure("reminders, plan \(mails) of \(dataset.upcoming)", runs, unit: "s", goal: .atLeast(0.9)),
            Figure("reminders, plan, the time", runs.pairs.map(\.value), unit: "s", goal: .atMost(5)),
            Figure("reminders, plan, by that of a tenth to come", growth, unit: "s", goal: .atMost(1.5)),
        ]
    }

    /// Compares planning with planning the same reminders in a data set with few other future sessions.
    private func growth(in context: BenchContext) async throws -> PairedRuns {
        context.logProgress("reminders: creating a data set with few upcoming messages")
        let sparse = try await Dataset.make("sparse", trainers: dataset.trainers, ahead: Dataset.fewAhead, in: context)
        return try await planning(dataset, in: context.server) { plan in
            try await planning(sparse, in: context.server) { planSparse in
                try await PairedRuns.measure(
                    .valueByLimit, rounds: context.sizes.rounds, value: plan, limit: planSparse)
            }
        }
    }

    /// Calls a closure with a function that plans all due messages, rolls back and returns the duration in seconds.
    private func planning<Result>(
        _ dataset: Dataset, in server: BenchServer, _ body: (() async throws -> Double) async throws -> Result
    ) async throws -> Result {
        try await server.withPool(dataset.database, connections: 1) { pool in
            try await body {
                try await server.psql(dataset.database, ["-c", "VACUUM message"])
                return try await Self.seconds(planning: Int64(dataset.trainers * 10), pool)
            }
        }
    }

    /// Plans the due messages, rolls back and returns the duration in seconds.
    private static func seconds(planning mails: Int64, _ pool: Database) async throws -> Double {
        do {
            return try await pool.transaction { connection in
                let start = ContinuousClock.now
                try await DeliveryRepository(connection).plan(until: Dataset.now, now: Dataset.now)
                let seconds = (ContinuousClock.now - start).seconds
                let planned = try await queued(connection)
                guard planned.mails == mails, planned.texts > 0 else {
                    throw BenchFailure(
                        "\(planned.mails) mails and \(planned.texts) texts were planned",
                        because: "\(mails) mails are due, and some texts")
                }
                throw RolledBack(seconds: seconds)
            }
        } catch let planned as RolledBack {
            return planned.seconds
        }
    }

    private static func queued(_ connection: isolated Connection) async throws -> (mails: Int64, texts: Int64) {
        try await connection.query(
            """
            SELECT count(*) FILTER (WHERE channel = 'email'), count(*) FILTER (WHERE channel = 'sms')
            FROM message
            WHERE status = 'queued'
            """
        ).decode((Int64, Int64).self)[0]
    }

    /// Returns the INSERT of due reminders that `queue_messages` runs, with values in place of its parameters.
    private func insert(in context: BenchContext) async throws -> String {
        let source = try await context.server.psql(
            dataset.database, ["-c", "SELECT prosrc FROM pg_proc WHERE proname = 'messages_to_queue'"])
        guard let cause = source.firstRange(of: "p_cause = 'reminders'"),
            let begin = source[cause.upperBound...].firstRange(of: "RETURN QUERY"),
            let end = source[begin.upperBound...].firstIndex(of: ";")
        else {
            throw BenchFailure("messages_to_queue has no query of reminders", because: source)
        }
        let columns = try await context.server.psql(
            dataset.database,
            [
                "-c",
                """
                SELECT string_agg(name, ', ' ORDER BY number)
                FROM pg_proc
                CROSS JOIN LATERAL unnest(proargnames, proargmodes) WITH ORDINALITY AS argument (name, mode, number)
                WHERE proname = 'messages_to_queue' AND mode = 't'
                """,
            ])
        return "INSERT INTO message (\(columns)) "
            + String(source[begin.upperBound..<end])
            .replacing("v_quiet_sms", with: "(SELECT longest_quiet_hours('sms'))")
            .replacing("v_quiet_email", with: "(SELECT longest_quiet_hours('email'))")
            .replacing("p_until", with: "'\(Dataset.nowText)'::timestamptz")
            .replacing("p_now", with: "'\(Dataset.nowText)'::timestamptz")
    }
}

/// An error that rolls a transaction back and carries the duration.
private struct RolledBack: Error {
    let seconds: Double
}

/// The peak memory of `intro` when a whole month of reminders is due at once.
struct ReminderMemory {
    let dataset: Dataset

    func figures(in context: BenchContext) async throws -> [Figure] {
        let (server, sent) = (context.server, context.sizes.messages.small)
        let due = dataset.trainers * 100
        context.logProgress("reminders: \(due) due at once")
        // A copy, so that no other measurement plans with a full ledger.
        try await server.copyDatabase(dataset.database, to: Self.database)
        let gauge = ProcessGauge(
            program: try await context.compile("measure"), server: server, database: Self.database,
            intro: "\(context.binaries)/intro")
        let until = ["--until", Dataset.flood]
        let planning = try await gauge.measureIntro(["reminders", "plan"] + until)
        let mailing = ["INTRO_MAIL_URL": "file://\(server.folder)/flood", "INTRO_MAIL_FROM": "intro@example.com"]
        let sending = try await gauge.measureIntro(
            ["reminders", "send", "--limit", "\(sent)"] + until, environment: mailing)
        let ledgerCount = try await server.psql(
            Self.database,
            [
                "-c",
                "SELECT count(*) FROM message WHERE channel = 'email' AND (status = 'queued' OR run_id IS NOT NULL)",
            ])
        guard Int(ledgerCount.prefix { !$0.isNewline }) == due else {
            throw BenchFailure("\(ledgerCount) mails are in the ledger", because: "\(due) are due")
        }
        try await server.dropDatabase(Self.database)
        return [
            Figure("reminders, memory, telling of \(due) due", [planning.megabytes], unit: "MB", goal: .atMost(100)),
            Figure(
                "reminders, memory, sending \(sent) of \(due)", [sending.megabytes], unit: "MB", goal: .atMost(100)),
            Figure("reminders, telling of \(due) due", [planning.seconds], unit: "s", goal: .stated),
        ]
    }

    private static let database = "flood"
}
