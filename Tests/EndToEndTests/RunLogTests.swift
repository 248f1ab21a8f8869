import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite("the log of a runner", .timeLimit(.minutes(30)))
struct RunLogTests {
    /// The identifying data of the clients of a day, which no line of the log may contain.
    private static let personal = [
        "Zebulon", "Quixotewright", "zebulon", "quixotewright", "5550177", "555-0177", "5550188", "555-0188",
        "wolverine", "Ypsilanti",
    ]
    private static var instant: Regex<Substring> { #/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/# }

    /// The hours of the bookings; the trainer has a break at noon.
    private static let hours = [9, 9, 10, 11, 14]

    /// Reads a log of JSON lines; a line that is not an object fails the test.
    private func events(_ text: String) throws -> [JSON] {
        try text.split(separator: "\n").map { line in
            let event = try #require(try? JSONDecoder().decode(JSON.self, from: Data(line.utf8)), "\(line)")
            #expect(event["at"]?.text.wholeMatch(of: Self.instant) != nil, "\(line)")
            #expect(event["label"] == "intro" && event["message"]?.text.isEmpty == false, "\(line)")
            let levels: [JSON: JSON] = [
                "debug": 7, "info": 6, "notice": 5, "warning": 4, "error": 3, "critical": 2,
            ]
            #expect(event["priority"] == levels[event["level"] ?? .null], "\(line)")
            return event
        }
    }

    private func book(_ studio: Studio, _ number: Int) async throws -> String {
        try await studio.answer(
            "book", "--client", "zebulon\(number)@example.com", "--name", "Zebulon \(number) Quixotewright", "--phone",
            "+121355501\(76 + number)", "--trainer", "maria", "--at", "2026-12-07 \(Self.hours[number]):00", "--note",
            "afraid of the wolverine"
        )["reference"]?.text ?? ""
    }

    @Test(
        "the log shows a day, from the start to the stop, without personal data",
        .enabled(if: InstalledPrograms.python != nil, "needs Python"), arguments: [[], ["--verbose"]])
    func day(verbose: [String]) async throws {
        try await Studio.with { studio in
            let first = try await book(studio, 1)
            let server = try ScriptedServer(faults: [
                .at(
                    .rcpt, .reply("550 5.7.1 <zebulon1@example.com>: Relay access denied for 213.555.0177"), times: 1),
                .at(.rcpt, .reply("550 5.1.1 <zebulon3@example.com>: Zebulon 3 Quixotewright is unknown"), times: 1),
            ])
            let healthy = try ScriptedServer()
            let words = ["run", "--log-format", "json"] + verbose
            let run = try await studio.intro(words, environment: studio.mailing(to: server.url)) { runner in
                try await wait(until: "the channel is paused") { try await studio.count("channel_pause") == 1 }
                _ = try await book(studio, 2)
                try await studio.answer("reminders", "send", environment: studio.mailing(to: healthy.url))
                _ = try await book(studio, 3)
                try await wait(until: "a message fails") { try await studio.messages("failed") == 1 }
                _ = try await book(studio, 4)
                try await wait(until: "the runner sends") { try await studio.messages("sent") == 3 }
                kill(runner, SIGTERM)
            }
            #expect(run.exit == 0, "\(run.stderr)")
            try expectDay(events(run.stderr).filter { $0["level"] != "debug" })

            let text =
                ##"{"From": "+12135550177", "Body": "Zebulon here, Ypsilanti is far #\n away", "MessageSid": "SM1"}"##
            let inbound = try await studio.intro(
                ["sms", "receive", "--log-format", "json"] + verbose, stdin: text)
            #expect(inbound.exit == 0, "\(inbound.stderr)")
            let planning = try await studio.intro(
                ["run", "--drain", "--log-format", "json"] + verbose, now: "2026-12-06T12:00:00-08:00")
            try expectDrain(planning.stderr)
            _ = try events(inbound.stderr)

            let all = run.stderr + inbound.stderr + planning.stderr
            for word in Self.personal + [first] { #expect(!all.contains(word), "\(word): \(all)") }
        }
    }

    private func expectDrain(_ log: String) throws {
        let entries = try events(log)
        // The delivery of the same drain may have planned the messages before.
        #expect(entries.count { $0["message"] == "messages were planned" } <= 1, "\(log)")
        #expect(log.contains("a batch of messages was sent"), "\(log)")
        let stopped = try #require(entries.last)
        #expect(stopped["message"] == "the runner has stopped" && stopped["reason"] == "no job is due")
    }

    private func expectDay(_ events: [JSON]) throws {
        let start = try #require(events.first { $0["message"] == "the runner has started" })
        #expect(start["message"] == "the runner has started" && start["level"] == "info")
        #expect(start["version"] == "0.1.0" && start["host"]?.text.isEmpty == false)
        #expect(start["queues"] == .list(["default", "messages"]) && start["database"]?.text.isEmpty == false)

        let pause = events.filter { $0["message"]?.text.hasPrefix("the server for mail refuses") == true }
        #expect(pause.count == 1 && pause.first?["level"] == "warning", "\(events)")
        #expect(pause.first?["reason"]?.text.contains("550 5.7.1 <...> Relay access denied") == true, "\(events)")
        let recovery = events.filter { $0["message"] == "the server for mail accepts messages again" }
        #expect(recovery.count == 1 && recovery.first?["level"] == "notice", "\(events)")

        let batches = events.filter { $0["message"] == "a batch of messages was sent" }
        #expect(batches.count == 2 && batches.allSatisfy { ($0["duration_seconds"]?.number ?? -1) >= 0 }, "\(events)")
        #expect(batches.first?["failed"] == 1 && batches.first?["sent"] == 0)
        #expect(batches.first?["reasons"] == .object(["rejected_for_good": 1]), "\(batches)")
        #expect(batches.last?["sent"] == 1 && batches.last?["sent_email"] == 1 && batches.last?["sent_sms"] == 0)
        #expect(batches.last?["rules"] == .object(["confirmation": 1]), "\(batches)")

        let stopping = events.filter { $0["message"] == "stopping: running jobs may finish" }
        #expect(stopping.count == 1 && stopping.first?["reason"] == "SIGTERM")
        let stop = try #require(events.last)
        #expect(stop["message"] == "the runner has stopped" && stop["reason"] == "SIGTERM", "\(events)")
        #expect((stop["completed"]?.number ?? 0) >= 2)
    }

    @Test("text lines of a service carry the priority of their level")
    func priorities() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-07 09:00")
            let run = try await studio.intro(
                "run", "--drain",
                environment: ["JOURNAL_STREAM": "8:1", "INTRO_DATABASE_URL": studio.conninfo + " password=hunter2"])
            #expect(run.exit == 0, "\(run.stderr)")
            let lines = run.stderr.split(separator: "\n")
            #expect(lines.allSatisfy { $0.contains(#/^<6>intro: info: /#) }, "\(run.stderr)")
            #expect(lines.first?.contains("the runner has started") == true)
            #expect(lines.first?.contains(" queues=default,messages ") == true, "\(run.stderr)")
            #expect(lines.first?.contains("password=…") == true && !run.stderr.contains("hunter2"), "\(run.stderr)")
            #expect(
                lines.contains { $0.contains("a batch of messages was sent") && $0.contains("rules=confirmation:1") })
            #expect(lines.last?.contains("the runner has stopped") == true)
        }
    }

    @Test("other commands log nothing below a notice without --verbose")
    func silent() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-07 09:00")
            for words in [["slots"], ["reminders", "send"], ["agenda", "downtown"]] {
                let quiet = try await studio.intro(words, environment: ["INTRO_LOG_FORMAT": "json"])
                #expect(quiet.exit == 0 && quiet.stderr.isEmpty, "\(words): \(quiet.stderr)")
                let verbose = try await studio.intro(words + ["--verbose", "--log-format=json"])
                #expect(try events(verbose.stderr).isEmpty == false, "\(words)")
            }
        }
    }

    @Test("an error is one event in a structured log, and keeps its form with --json")
    func errors() async throws {
        try await Studio.with { studio in
            let missing = ["show", "QQQQ-2222"]
            let plain = try events(try await studio.intro(missing + ["--log-format", "json"]).stderr)
            #expect(plain.count == 1 && plain.first?["level"] == "error" && plain.first?["exit_code"] == 4, "\(plain)")
            #expect(plain.first?["error"] == nil && plain.first?["hint"]?.text.isEmpty == false)
            let both = try await studio.intro(missing + ["--log-format", "json", "--json"])
            #expect(both.exit == 4 && both.error?.code == plain.first?["code"]?.text, "\(both.stderr)")
            #expect(try events(both.stderr).count == 1)
            let journal = try await studio.intro(missing, environment: ["JOURNAL_STREAM": "8:1"])
            #expect(journal.stderr.contains(/^<3>intro: error: [^\n]+\n$/), "\(journal.stderr)")
            let usage = try await IntroBinary.run("slots", "--nosuch", "--log-format", "json")
            let refused = try events(usage.stderr)
            #expect(usage.exit == 64 && refused.count == 1 && refused.first?["code"] == "usage", "\(usage.stderr)")
        }
    }

    @Test("the format is a setting, and other formats are refused")
    func setting() async throws {
        try await TemporaryHome.with { folder in
            let file = folder.path + "/intro.json"
            try #"{"log": {"format": "json"}}"#.write(toFile: file, atomically: false, encoding: .utf8)
            let listed = try await IntroBinary.run("config", "--json", in: folder.path).printed.items
            let format = try #require(listed.first { $0["key"] == "log.format" })
            #expect(format["value"] == "json" && format["from"]?.text == file)
            #expect(format["environment"] == "INTRO_LOG_FORMAT")
            let flag = try await IntroBinary.run("config", "--json", "--log-format", "text", in: folder.path)
            let named = try #require(try flag.printed.items.first { $0["key"] == "log.format" })
            #expect(named["value"] == "text" && named["from"] == "--log-format")
            let wrong = try await IntroBinary.run("config", "--json", environment: ["INTRO_LOG_FORMAT": "xml"])
            #expect(wrong.exit == 78 && wrong.error?.message.contains("text or json") == true, "\(wrong.stderr)")
            #expect(try await IntroBinary.run("config", "--log-format", "xml").exit == 64)
        }
    }
}
