import FoundationEssentials

/// A batch of reminders by the real binary, beside a C program that sends as many prepared mails.
struct Send: Part {
    static let name = "send"

    private static let connections = 8

    func run(in workshop: Workshop) async throws -> [Figure] {
        let world = try await workshop.world()
        let (large, small) = workshop.sizes.messages
        let sink = try await MailSink.start()
        defer { sink.stop() }
        let gauge = ProcessGauge(
            program: try await workshop.compile("measure"), server: workshop.server, database: world.database,
            intro: "\(workshop.binaries)/intro")
        let sender = try await workshop.compile("smtp", with: "libcurl")
        let mail = try await prepareMail(world, gauge, in: workshop)

        try await queueAgain(world, gauge.server)
        let less = try await gauge.measureIntro(Self.words(small), environment: Self.mailing(to: sink.url))
        var memory: [Double] = []
        let runs = try await PairedRuns.measure(.valueByLimit, rounds: workshop.sizes.rounds) {
            try await queueAgain(world, gauge.server)
            let reading = try await gauge.measureIntro(Self.words(large), environment: Self.mailing(to: sink.url))
            try await assertSent(large, world, gauge.server)
            memory.append(reading.megabytes)
            return Double(large) / reading.seconds
        } limit: {
            let report = try await Program.run([sender, sink.url, mail, "\(large)", "\(Self.connections)"])
            return Double(report.prefix { !$0.isNewline }) ?? .nan
        }
        let growth = memory.map { $0 / less.megabytes }
        return [
            Figure("send, \(large) messages", runs, unit: "/s", goal: .atLeast(0.5)),
            Figure("send, memory", memory, unit: "MB", goal: .atMost(100)),
            Figure("send, memory by that at \(small)", growth, unit: "", goal: .atMost(1.1)),
        ]
    }

    private static func words(_ count: Int) -> [String] {
        ["reminders", "send", "--limit", "\(count)"]
    }

    private static func mailing(to url: String) -> [String: String] {
        [
            "INTRO_MAIL_URL": url, "INTRO_MAIL_FROM": "Intro <intro@example.com>",
            "INTRO_MAIL_CONNECTIONS": "\(connections)",
        ]
    }

    /// Plans what is due, and sends one of it into a folder: the mail that the C program sends.
    private func prepareMail(_ world: World, _ gauge: ProcessGauge, in workshop: Workshop) async throws -> String {
        let folder = "\(workshop.server.folder)/outbox"
        try await Program.run(
            [gauge.intro] + Self.words(1) + ["--now", World.nowText],
            environment: gauge.environment.merging(Self.mailing(to: "file://\(folder)")) { _, other in other })
        let mails = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/new")
        guard let mail = mails.first else {
            throw BenchFailure("no mail was written", because: "\(folder)/new is empty")
        }
        return "\(folder)/new/\(mail)"
    }

    /// Queues every message of an earlier run once more.
    private func queueAgain(_ world: World, _ server: BenchServer) async throws {
        try await server.psql(
            world.database,
            [
                "-c",
                """
                UPDATE message
                SET status = 'queued', run_id = NULL, attempts = 0, attempted_at = NULL, sent_at = NULL,
                    recipient = NULL, reply = NULL
                WHERE run_id IS NOT NULL
                """, "-c", "VACUUM ANALYZE message",
            ])
    }

    private func assertSent(_ count: Int, _ world: World, _ server: BenchServer) async throws {
        let sent = try await server.psql(
            world.database, ["-c", "SELECT count(*) FROM message WHERE run_id IS NOT NULL AND status = 'sent'"])
        guard Int(sent.prefix { !$0.isNewline }) == count else {
            throw BenchFailure("\(sent) messages were sent", because: "\(count) were due")
        }
    }
}
