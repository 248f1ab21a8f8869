import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite(
    "runners killed during delivery", .timeLimit(.minutes(30)),
    .enabled(if: InstalledPrograms.smtpSink != nil, "needs smtp-sink of the package postfix"))
struct KilledRunnerTests {
    /// The number of messages, and how often the runner is killed while it sends them.
    struct Trial: Sendable, CustomTestStringConvertible {
        let messages: Int
        let kills: Int
        /// So slow that the runner cannot finish before it is killed, even on a busy machine.
        let rate: String

        /// A short trial; `INTRO_TEST_KILLS=50` runs the full one with 10,000 messages.
        static let all = [
            ProcessInfo.processInfo.environment["INTRO_TEST_KILLS"].flatMap { Int($0) }
                .map { Trial(messages: 10_000, kills: $0, rate: "1000/s") }
                ?? Trial(messages: 120, kills: 2, rate: "10/s")
        ]

        var testDescription: String { "\(kills) kills, \(messages) messages" }
    }

    @Test(
        "kill -9 loses no message and sends none twice; messages being sent become unknown",
        arguments: Trial.all)
    func killed(trial: Trial) async throws {
        try await Studio.with { studio in
            try await studio.bookMany(trial.messages)
            let sink = try await MailSink.start()
            let mailing = studio.mailing(to: sink.url)
            let slowly = mailing.merging(["INTRO_MAIL_RATE": trial.rate]) { $1 }
            for number in 1...trial.kills {
                let goal = Int64(trial.messages * number / (trial.kills + 2))
                try await studio.askForDelivery()
                let ended = try await studio.intro(["run", "--drain"], environment: slowly) { runner in
                    try await wait(until: "\(goal) messages are accounted for") {
                        try await studio.count("message", where: "status IN ('sent', 'unknown')") >= goal
                    }
                    kill(runner, SIGKILL)
                }
                #expect(ended.exit == 128 + SIGKILL, "\(ended.stdout)\(ended.stderr)")
                try await wait(until: "the killed runner's connections are closed") { try await studio.isIdle }
            }
            try await studio.askForDelivery()
            let last = try await studio.intro("run", "--drain", environment: mailing)
            #expect(last.exit == 0, "\(last.stderr)")
            try await settle(studio, sink, mailing, trial)
        }
    }

    /// Compares the ledger with the mail sink, then resends or settles the unknown messages.
    private func settle(
        _ studio: Studio, _ sink: MailSink, _ mailing: [String: String], _ trial: Trial
    ) async throws {
        let unknown = try await studio.answer("reminders", "unknown").items
        let sent = try await studio.messages("sent")
        #expect(Int(sent) + unknown.count == trial.messages, "each message is sent or unknown")
        #expect(unknown.allSatisfy { $0["reason"] == "sender_died" && $0["attempts"] == 1 })
        let received = try sink.receivedMessages().flatMap(\.recipients)
        let arrived = Set(received)
        #expect(received.count == arrived.count, "no message arrived twice")
        let missing = try await studio.recipients("status = 'sent'").filter { !arrived.contains($0) }
        #expect(missing.isEmpty, "each sent message arrived")
        let claimed = Set(unknown.compactMap { $0["to"]?.text })
        #expect(arrived.subtracting(try await studio.recipients("status = 'sent'")).isSubset(of: claimed))
        print(
            "kill -9: \(trial.kills) times, \(trial.messages) messages: \(sent) sent, \(unknown.count) unknown, "
                + "\(claimed.intersection(arrived).count) of these had arrived; "
                + "\(trial.messages - Int(sent) - unknown.count + missing.count) lost, "
                + "\(received.count - arrived.count) twice")

        let desks = 4
        _ = try await atOnce(desks) { desk in
            for (index, entry) in unknown.enumerated() where index % desks == desk {
                let (number, to) = (entry["id"]?.number ?? -1, entry["to"]?.text ?? "")
                try await studio.answer("reminders", arrived.contains(to) ? "settle" : "resend", "\(number)")
            }
        }
        let resent = try await studio.answer("reminders", "send", environment: mailing)
        #expect(resent["sent"]?.number == claimed.subtracting(arrived).count)
        let all = try sink.receivedMessages().flatMap(\.recipients)
        #expect(all.count == trial.messages && Set(all).count == trial.messages, "each message arrived exactly once")
        #expect(try await studio.messages("sent") == Int64(trial.messages))
    }
}

extension Studio {
    /// Enqueues a delivery job, as a booking does.
    fileprivate func askForDelivery() async throws {
        try await database.query(
            """
            INSERT INTO job (queue, kind, payload, priority, max_attempts)
            VALUES ('messages', 'messages.deliver', '{}', 1, 1000)
            """)
    }

    /// Whether no `intro` process is connected.
    fileprivate var isIdle: Bool {
        get async throws {
            try await count(
                "pg_stat_activity", where: "datname = current_database() AND application_name = 'intro'") == 0
        }
    }

    /// The recipients of messages.
    fileprivate func recipients(_ condition: String) async throws -> Set<String> {
        Set(
            try await database.query("SELECT recipient FROM message WHERE \(unsafeSQL: condition)")
                .decode(String?.self).compactMap(\.self))
    }
}
