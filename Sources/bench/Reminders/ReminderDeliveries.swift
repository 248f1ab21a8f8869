import FoundationEssentials

/// Deliveries of reminders by the `intro` binary, compared with a C program that sends the same number of mails, and with
/// one that also claims and records the messages.
struct ReminderDeliveries {
    let mailBench: MailBench

    /// The reply delay of the remote server, in milliseconds.
    private static let latency = 20

    func figures(in context: BenchContext) async throws -> [Figure] {
        let sink = try await MailSink.start()
        defer { sink.stop() }
        return try await localFigures(sink, in: context) + remoteFigures(sink, in: context)
    }

    private func localFigures(_ sink: MailSink, in context: BenchContext) async throws -> [Figure] {
        let (large, small) = context.sizes.messages
        context.logProgress("reminders: sending")
        let smallBatch = try await mailBench.send(small, to: sink, connections: 8)
        var memory: [Double] = []
        let runs = try await PairedRuns.measure(.valueByLimit, rounds: context.sizes.rounds) {
            let reading = try await mailBench.send(large, to: sink, connections: 8)
            memory.append(reading.megabytes)
            return Double(large) / reading.seconds
        } limit: {
            try await mailBench.sendByPeer(large, to: sink, connections: 8)
        }
        let recorded = try await PairedRuns.measure(.valueByLimit, rounds: context.sizes.rounds) {
            Double(large) / (try await mailBench.send(large, to: sink, connections: 8)).seconds
        } limit: {
            try await mailBench.sendAndRecordByPeer(large, to: sink, connections: 8)
        }
        return [
            Figure("reminders, send \(large)", runs, unit: "/s", goal: .atLeast(0.45)),
            Figure("reminders, send \(large), by claims and records in C", recorded, unit: "/s", goal: .atLeast(0.7)),
            Figure("reminders, send, memory", memory, unit: "MB", goal: .atMost(100)),
            Figure(
                "reminders, send, memory by that at \(small)", memory.map { $0 / smallBatch.megabytes }, unit: "",
                goal: .atMost(1.1)),
        ]
    }

    private func remoteFigures(_ sink: MailSink, in context: BenchContext) async throws -> [Figure] {
        let count = context.sizes.messages.small
        context.logProgress("reminders: sending to a server that answers after \(Self.latency) ms")
        let slow = try await sink.behind(try await context.compile("delay"), milliseconds: Self.latency)
        defer { slow.stop() }
        let runs = try await PairedRuns.measure(.valueByLimit, rounds: context.sizes.rounds) {
            Double(count) / (try await mailBench.send(count, to: slow, connections: 32)).seconds
        } limit: {
            try await mailBench.sendByPeer(count, to: slow, connections: 32)
        }
        return [
            Figure(
                "reminders, send \(count), replies after \(Self.latency) ms", runs, unit: "/s", goal: .atLeast(0.9))
        ]
    }
}

/// A ledger with due messages, the `intro` binary, and the C program for comparison.
struct MailBench {
    private let gauge: ProcessGauge
    /// The compiled `smtp.c`.
    private let peer: String
    /// The path of the mail that the C program sends, which `intro` wrote.
    private let mail: String
    private let replay: DeliveryReplay

    private static let sendArguments = ["reminders", "send", "--limit"]

    /// Plans the due messages.
    static func open(in dataset: Dataset, _ context: BenchContext) async throws -> MailBench {
        let gauge = ProcessGauge(
            program: try await context.compile("measure"), server: context.server, database: dataset.database,
            intro: "\(context.binaries)/intro")
        // It is night in the data set: text messages would be deferred and re-evaluated in each batch. And of two
        // reminders for one session only the later is sent.
        let now = "timestamptz '\(Dataset.nowText)'"
        try await context.server.psql(
            dataset.database,
            [
                "-c", "SELECT plan_messages(NULL, \(now), \(now))", "-c",
                """
                UPDATE message AS m
                SET status = 'skipped',
                    reason = CASE m.channel WHEN 'sms' THEN 'quiet_hours' ELSE 'overtaken' END
                WHERE m.status = 'queued' AND (m.channel = 'sms' OR EXISTS (SELECT FROM later_reminders(m, \(now))))
                """,
            ])
        let folder = "\(context.server.folder)/outbox"
        let statements = try await context.server.statements(in: dataset.database) {
            try await Program.run(
                [gauge.intro] + sendArguments + ["1", "--now", Dataset.nowText],
                environment: gauge.environment.merging(mailEnvironment(to: "file://\(folder)", connections: 1)) {
                    _, other in other
                })
        }
        guard let mail = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/new").first else {
            throw BenchFailure("no mail was written", because: "\(folder)/new is empty")
        }
        return MailBench(
            gauge: gauge, peer: try await context.compile("smtp", with: "libcurl", "libpq"),
            mail: "\(folder)/new/\(mail)",
            replay: try DeliveryReplay(statements))
    }

    /// Requeues the sent messages, sends them with `intro`, and checks that they were sent.
    func send(_ count: Int, to sink: MailSink, connections: Int) async throws -> ProcessGauge.Reading {
        try await queueAgain()
        let reading = try await gauge.measureIntro(
            Self.sendArguments + ["\(count)"], environment: Self.mailEnvironment(to: sink.url, connections: connections)
        )
        guard try await sent() == count else {
            throw BenchFailure("\(try await sent()) messages were sent", because: "\(count) were due")
        }
        return reading
    }

    private func sent() async throws -> Int {
        let count = try await gauge.server.psql(
            gauge.database, ["-c", "SELECT count(*) FROM message WHERE run_id IS NOT NULL AND status = 'sent'"])
        return Int(count.prefix { !$0.isNewline }) ?? 0
    }

    /// Sends mails with the C program.
    ///
    /// - Returns: Mails per second.
    func sendByPeer(_ count: Int, to sink: MailSink, connections: Int) async throws -> Double {
        let report = try await Program.run([peer, sink.url, mail, "\(count)", "\(connections)"])
        return Double(report.prefix { !$0.isNewline }) ?? .nan
    }

    /// Requeues the sent messages, and sends mails for them with the C program, which claims and records them by the
    /// statements of `intro`.
    ///
    /// - Returns: Mails per second.
    func sendAndRecordByPeer(_ count: Int, to sink: MailSink, connections: Int) async throws -> Double {
        try await queueAgain()
        let run = try await gauge.server.psql(
            gauge.database,
            ["-c", "INSERT INTO delivery_run (actor, has_secret_lock) VALUES ('bench', true) RETURNING id"]
        ).prefix { !$0.isNewline }
        let files = (claim: "\(gauge.server.folder)/claim.sql", record: "\(gauge.server.folder)/record.sql")
        try Data(replay.claim(for: String(run)).utf8).write(to: URL(filePath: files.claim))
        try Data(replay.record(for: String(run)).utf8).write(to: URL(filePath: files.record))
        let report = try await Program.run(
            [
                peer, sink.url, mail, "\(count)", "\(connections)", gauge.server.conninfo(gauge.database), files.claim,
                files.record,
            ])
        guard try await sent() >= count else {
            throw BenchFailure("\(try await sent()) messages were recorded", because: "\(count) were due")
        }
        return Double(report.prefix { !$0.isNewline }) ?? .nan
    }

    private static func mailEnvironment(to url: String, connections: Int) -> [String: String] {
        [
            "INTRO_MAIL_URL": url, "INTRO_MAIL_FROM": "Intro <intro@example.com>",
            "INTRO_MAIL_CONNECTIONS": "\(connections)",
        ]
    }

    private func queueAgain() async throws {
        try await gauge.server.psql(
            gauge.database,
            [
                "-c",
                """
                UPDATE message
                SET status = 'queued', run_id = NULL, attempts = 0, attempted_at = NULL, sent_at = NULL,
                    recipient = NULL, reply = NULL, subject = NULL, body = NULL
                WHERE run_id IS NOT NULL AND channel = 'email'
                """, "-c", "VACUUM ANALYZE message",
            ])
    }
}
