import Foundation
import LoopbackTesting
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite("the job-runner process")
struct RunTests {
    @Test("--drain runs due jobs, sends due messages, exits, and prints its totals")
    func drain() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-07 09:00")
            let report = try await studio.answer("run", "--drain")
            #expect(report["failed"] == 0 && report["stale"] == 0)
            #expect(report.names == ["completed", "failed", "stale"])
            let sent = try await studio.answer("reminders", "list", reference, "--status", "sent").items
            #expect(sent.compactMap { $0["rule"]?.text } == ["confirmation"])
            #expect(try await studio.count("job") == 0)

            // Messages that have become due since then are planned and sent as well.
            try await studio.answer("run", "--drain", now: "2026-12-06T10:00:00-08:00")
            let later = try await studio.answer("reminders", "list", reference, "--status", "sent").items
            #expect(later.compactMap { $0["rule"]?.text } == ["confirmation", "one-day"])
        }
    }

    @Test("a delivery job exists exactly if the booking does")
    func together() async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at",
                "2026-12-07 09:00", "--dry-run")
            #expect(try await studio.count("job") == 0)
            let reference = try await studio.reference("Ana", at: "2026-12-07 09:00")
            #expect(try await studio.count("job", where: "kind = 'messages.deliver'") == 1)
            _ = try await studio.refusal("book", "--client", "ana@example.com", "--at", "2026-12-07 10:00")
            #expect(try await studio.count("job") == 1)
            try await studio.answer("cancel", reference)
            #expect(try await studio.count("job") == 2)
        }
    }

    @Test("`reminders send` leaves no delivery job in the queue")
    func withdrawn() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-07 09:00")
            try await studio.answer("reminders", "send")
            #expect(try await studio.count("job") == 0)
        }
    }

    @Test("a runner sends a booking's mail at once, and at SIGTERM exits without claimed jobs")
    func service() async throws {
        try await Studio.with { studio in
            let result = try await studio.intro(["run"]) { process in
                try await wait(until: "the runner is registered") { try await studio.count("job_runner") == 1 }
                try await studio.book("Ana", at: "2026-12-07 09:00")
                try await wait(until: "the confirmation is sent") {
                    try await studio.count("message", where: "status = 'sent'") == 1
                }
                kill(process, SIGTERM)
            }
            #expect(result.exit == 0, "\(result.stderr)")
            #expect(result.stdout.hasSuffix("done, 0 attempts failed.\n"))
            #expect(try await studio.count("job", where: "token IS NOT NULL") == 0)
            #expect(try await studio.count("job_runner", where: "gone_at IS NULL") == 0)
        }
    }

    @Test(
        "the first signal lets running jobs finish, the second cancels them, and the third ends the process",
        .enabled(if: InstalledPrograms.python != nil, "needs Python"))
    func signals() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-07 09:00")
            let server = try ScriptedServer(faults: [.at(.dot, .hold)])
            let manager = try ServiceManager(in: studio.home)
            let environment = studio.mailing(to: server.url).merging(["NOTIFY_SOCKET": manager.path]) { $1 }
            let result = try await studio.intro(["run"], environment: environment) { process in
                try await wait(until: "the mail server holds a message") { try server.receivedMessages().count == 1 }
                kill(process, SIGTERM)
                try await wait(until: "the runner is stopping") {
                    manager.received("STOPPING=1\nSTATUS=waiting for running jobs to finish") == 1
                }
                // Two different signals: two of one kind may be delivered as one.
                kill(process, SIGTERM)
                kill(process, SIGINT)
            }
            #expect([128 + SIGTERM, 128 + SIGINT].contains(result.exit), "\(result.exit): \(result.stderr)")
            #expect(try await studio.count("message", where: "status = 'attempting'") == 1)
            server.release()
        }
    }

    @Test("runs jobs and schedules of the named queues only, and rejects unknown queues")
    func queues() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-07 09:00")
            try await studio.answer("run", "--drain", "--queue", "default")
            #expect(try await studio.count("job", where: "queue = 'messages'") > 0)
            #expect(try await studio.count("job", where: "queue = 'default'") == 0)
            // All schedules are due, and all of their jobs are for the other queue.
            try await studio.database.query("UPDATE job_cron SET last_at = now() - interval '1 day'")
            try await studio.answer("run", "--drain", "--queue", "messages", "--concurrency", "2")
            #expect(try await studio.count("job") == 0)
            #expect(try await studio.messages("sent") == 1)
            let unknown = try await studio.intro("run", "--queue", "mesages")
            #expect(unknown.exit == 65)
            #expect(unknown.stderr.contains("queue mesages not found"))
            #expect(try await studio.intro("run", "--concurrency", "0").exit == 65)
        }
    }

    @Test("jobs stats and jobs watch count failed and unknown messages, and name the commands that list them")
    func trouble() async throws {
        try await Studio.with { studio in
            let quiet = try await studio.intro("jobs", "stats")
            #expect(quiet.stdout.contains("Messages: 0 failed in the last 7 days, 0 unknown.\n"), "\(quiet.stdout)")
            try await studio.bookMany(3)
            try await studio.database.query(
                """
                UPDATE message
                SET status = CASE WHEN session_id % 3 = 0 THEN 'unknown' ELSE 'failed' END, reason = 'rejected_for_good',
                    attempted_at = timestamptz '2026-11-30 15:00Z'
                """)
            let statistics = try await studio.answer("jobs", "stats")
            #expect(statistics["messages"] == .object(["failed": 2, "unknown": 1]))
            #expect(
                try await studio.answer("jobs", "stats", now: "2026-12-08T08:00:00-08:00")["messages"]?["failed"] == 0)
            let line =
                "Messages: 2 failed in the last 7 days, 1 unknown. See `intro reminders list --status failed` and "
                + "`intro reminders unknown`."
            #expect(try await studio.intro("jobs", "stats").stdout.contains(line))
            #expect(try await studio.intro("jobs", "watch", "--count", "1").stdout.contains("! \(line)"))
            let seen = try await studio.answer("jobs", "watch", "--count", "1")
            #expect(seen["statistics"]?["messages"] == .object(["failed": 2, "unknown": 1]))
        }
    }

    @Test(
        "a metrics file on a full disk exits with 75",
        .enabled(if: InstalledPrograms.canMountPrivately, "only root may mount"))
    func fullDisk() async throws {
        try await Studio.with { studio in
            let line = """
                mount -t tmpfs -o size=8k none "$INTRO_HOME" && head -c 8192 /dev/zero >"$INTRO_HOME/filler"
                "$0" run --drain --json --metrics-file "$INTRO_HOME/intro.prom"
                """
            let result = try await IntroBinary.shell(
                "unshare --mount bash -c '\(line)' \"$0\"", environment: studio.environment)
            #expect(result.exit == 75)
            #expect(result.error?.code == "try_again")
        }
    }

    @Test("the metrics count sent, failed by reason, and unknown messages")
    func figures() async throws {
        try await Studio.with { studio in
            try await studio.bookMany(4)
            try await studio.database.query(
                "UPDATE message SET status = 'unknown', reason = 'no_answer' WHERE session_id = (SELECT min(id) FROM session)"
            )
            try await studio.database.query(
                "UPDATE client SET email = 'nobody', email_key = 'nobody' WHERE name = 'Guest 2'")
            let file = studio.home + "/intro.prom"
            try await studio.database.query(
                """
                INSERT INTO job (queue, kind, payload, priority, max_attempts)
                VALUES ('messages', 'messages.deliver', '{}', 1, 10)
                """)
            let run = try await studio.intro("run", "--drain", "--metrics-file", file)
            #expect(run.exit == 0, "\(run.stderr)")
            let figures = try String(contentsOfFile: file, encoding: .utf8)
            for line in [
                "reminders_unknown 1", "reminders_held{reason=\"held\"} 0",
                "reminders_sent_total{channel=\"email\"} 2",
                "reminders_sent_total{channel=\"sms\"} 0",
                "reminders_failed_total{reason=\"invalid_data\"} 1",
                "reminders_failed_total{reason=\"rejected_for_good\"} 0", "# TYPE reminders_failed_total counter",
                "# TYPE reminders_unknown gauge",
            ] { #expect(figures.contains(line + "\n"), "\(line): \(figures)") }
            #expect(run.stderr.contains("messages failed: see `intro reminders list --status failed`"), "\(run.stderr)")
            #expect(run.stderr.contains("reason=invalid_data") && !run.stderr.contains("nobody"))
        }
    }

    @Test("an unreachable mail server leaves messages queued, and the job is retried with the error")
    func noServer() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-07 09:00")
            let report = try await withRefusingPort { port in
                let mailing = ["INTRO_MAIL_URL": "smtp://127.0.0.1:\(port)?tls=none"]
                return try await studio.answer(["run", "--drain"], environment: mailing)
            }
            #expect(report["failed"] != 0)
            #expect(try await studio.count("message", where: "status = 'queued' AND reason = 'not_sent'") == 1)
            #expect(
                try await studio.count(
                    "job", where: "failures = 1 AND errors -> 0 ->> 'message' LIKE 'The mail server could not be used%'"
                )
                    >= 1)
        }
    }

    @Test("unmarked sessions of past days are on the agenda until they are marked")
    func leftOpen() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let morning = "2026-12-02T08:00:00-08:00"
            let agenda = try await studio.intro("agenda", "downtown", now: morning)
            #expect(agenda.stdout.contains("1 session not marked: intro agenda downtown --open"))
            #expect(try await studio.answer("agenda", "downtown", now: morning).items == [])
            let open = try await studio.answer("agenda", "downtown", "--open", now: morning).items
            #expect(open.compactMap { $0["reference"]?.text } == [reference])
            try await studio.answer("attend", reference, now: morning)
            #expect(try await studio.answer("agenda", "downtown", "--open", now: morning).items == [])
            #expect(
                try await studio.intro("agenda", "downtown", "--open", now: morning).stdout
                    == "All past sessions are marked.\n")
        }
    }

    @Test("the totals of a runner use singular and plural")
    func plural() async throws {
        try await Studio.with { studio in
            let line = ["run", "--drain", "--queue", "messages"]
            #expect(try await studio.intro(line).stdout == "0 jobs done, 0 attempts failed.\n")
            try await studio.book("Ana", at: "2026-12-07 09:00")
            #expect(try await studio.intro(line).stdout == "1 job done, 0 attempts failed.\n")
        }
    }
}
