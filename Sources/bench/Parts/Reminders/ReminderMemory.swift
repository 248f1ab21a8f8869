/// What the real binary needs at its peak when a whole month of reminders is due at once.
struct ReminderMemory {
    let dataset: Dataset

    func figures(in context: BenchContext) async throws -> [Figure] {
        let (server, sent) = (context.server, context.sizes.messages.small)
        let due = dataset.trainers * 100
        context.say("reminders: \(due) due at once")
        // A copy: nobody else should have to plan beside a full ledger.
        try await server.copyDatabase(dataset.database, to: Self.database)
        let gauge = ProcessGauge(
            program: try await context.compile("measure"), server: server, database: Self.database,
            intro: "\(context.binaries)/intro")
        let until = ["--until", Dataset.flood]
        let planning = try await gauge.measureIntro(["reminders", "plan"] + until)
        let mailing = ["INTRO_MAIL_URL": "file://\(server.folder)/flood", "INTRO_MAIL_FROM": "intro@example.com"]
        let sending = try await gauge.measureIntro(
            ["reminders", "send", "--limit", "\(sent)"] + until, environment: mailing)
        let known = try await server.psql(
            Self.database,
            [
                "-c",
                "SELECT count(*) FROM message WHERE channel = 'email' AND (status = 'queued' OR run_id IS NOT NULL)",
            ])
        guard Int(known.prefix { !$0.isNewline }) == due else {
            throw BenchFailure("\(known) mails are in the ledger", because: "\(due) are due")
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
