import Booking
import Foundation
import LocalPostgres
import Reminders
import Schema
import Testing

@testable import intro

@Suite("the problems of a status")
struct StatusProblemTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let times: DisplayTimes

    init() throws {
        times = DisplayTimes(
            format: .people(now: Self.now, hourCycle: .twelve), clock: try StudioClock(timeZone: "America/Los_Angeles"))
    }

    /// A status without problems: one active runner, an empty queue, nothing late.
    private static func healthy(_ change: (inout SystemStatus) -> Void = { _ in }) -> SystemStatus {
        var status = SystemStatus(
            at: now, schema: SystemStatus.SchemaState(.current, functionSet: 5),
            binary: SystemStatus.Binary(version: "0.1.0", commit: "6f88201"))
        status.database = database(.primary)
        status.runners = [runner(active: true)]
        status.queues = [queue()]
        status.messages = messages()
        status.channels = [ChannelRecord(.email, nil), ChannelRecord(.sms, nil)]
        status.sessions = SystemStatus.Sessions(notMarked: 40, needNewTime: 3)
        change(&status)
        return status
    }

    private static func database(_ role: SystemStatus.DatabaseState.Role) -> SystemStatus.DatabaseState {
        SystemStatus.DatabaseState(
            version: "15.14", role: role, tls: true, host: "db1.example", port: "5432", name: "intro", user: "desk")
    }

    private static func runner(active: Bool) -> SystemStatus.Runner {
        SystemStatus.Runner(
            host: "web1", process: 4711, version: "0.1.0+6f88201", lastHeartbeatAt: now, lastHeartbeatSecondsAgo: 3,
            active: active)
    }

    private static func queue(dead: Int = 0, paused: Bool = false) -> SystemStatus.Queue {
        SystemStatus.Queue(name: "messages", ready: 0, running: 0, delayed: 0, dead: dead, paused: paused)
    }

    private static func messages(
        failed: Int = 0, unknown: Int = 0, held: Int = 0, reason: String? = nil
    ) -> SystemStatus.Messages {
        SystemStatus.Messages(
            failed: failed, failedSince: now - 86_400, unknown: unknown, held: held, heldReason: reason)
    }

    private static func late(_ minutes: Int) -> SystemStatus.OverdueReminder {
        SystemStatus.OverdueReminder(
            dueAt: now - TimeInterval(60 * minutes), lateMinutes: minutes, session: "K7Q2-9FXM", rule: "one-day",
            channel: "email", reason: nil)
    }

    private static let pause = ChannelPause(
        channel: .sms, sender: "web1", code: .refused, reason: "account suspended", since: now - 600, until: now + 60,
        retries: 2)

    @Test("a status without problems is ok, even with sessions that the desk has to handle")
    func none() {
        #expect(Self.healthy().problems.isEmpty && Self.healthy().level == .ok)
    }

    @Test(
        "a late message is a warning after 15 minutes, and critical after an hour",
        arguments: [
            (0, SystemStatus.Level.ok), (15, .ok), (16, .warning), (60, .warning), (61, .critical),
            (100_000, .critical),
        ])
    func overdue(minutes: Int, level: SystemStatus.Level) {
        let status = Self.healthy { $0.oldestOverdueReminder = Self.late(minutes) }
        #expect(status.level == level)
        #expect(status.problems.map(\.code) == (level == .ok ? [] : ["reminder_overdue"]))
    }

    @Test(
        "a back-up is a warning from 26 hours on, and its absence is none",
        arguments: [(0, false), (93_600, false), (93_601, true), (2_592_000, true)] as [(Int, Bool)])
    func backup(age: Int, isProblem: Bool) {
        let status = Self.healthy {
            $0.lastBackup = BackupRecord(at: Self.now - TimeInterval(age), kind: .dump, verifiedAt: nil)
        }
        #expect(status.problems.map(\.code) == (isProblem ? ["backup_old"] : []))
        #expect(status.level == (isProblem ? .warning : .ok))
    }

    @Test("no active runner is critical, whether or not there was one")
    func runners() {
        for runners in [[], [Self.runner(active: false)]] {
            let status = Self.healthy { $0.runners = runners }
            #expect(status.level == .critical && status.problems.map(\.code) == ["no_runner"])
        }
        #expect(Self.healthy { $0.runners = [Self.runner(active: false), Self.runner(active: true)] }.level == .ok)
    }

    @Test("held messages are critical, and a warning while they will be released without an operator")
    func held() {
        let held = Self.healthy { $0.messages = Self.messages(held: 1, reason: "held") }
        #expect(held.level == .critical && held.problems.map(\.code) == ["messages_held"])
        let waiting = Self.healthy { $0.messages = Self.messages(held: 1, reason: "reconciling") }
        #expect(waiting.level == .warning && waiting.problems.map(\.code) == ["messages_reconciling"])
    }

    @Test("dead jobs, pauses, and failed or unknown messages are warnings")
    func warnings() {
        let statuses: [(String, SystemStatus)] = [
            ("jobs_dead", Self.healthy { $0.queues = [Self.queue(dead: 1)] }),
            ("queue_paused", Self.healthy { $0.queues = [Self.queue(paused: true)] }),
            ("channel_paused", Self.healthy { $0.channels = [ChannelRecord(.sms, Self.pause)] }),
            ("messages_failed", Self.healthy { $0.messages = Self.messages(failed: 1) }),
            ("messages_unknown", Self.healthy { $0.messages = Self.messages(unknown: 1) }),
            ("standby", Self.healthy { $0.database = Self.database(.standby) }),
            (
                "schema_newer",
                Self.healthy {
                    $0.schema = SystemStatus.SchemaState(.compatible(database: 99, binary: 28), functionSet: 6)
                }
            ),
        ]
        for (code, status) in statuses {
            #expect(status.level == .warning && status.problems.map(\.code) == [code], "\(code): \(status.problems)")
        }
    }

    @Test(
        "a standby is a warning when it is more than a minute or 256 MiB behind, and not while its lag is unknown",
        arguments: [
            (60, 268_435_456, false), (60.1, 0, true), (nil, 268_435_457, true), (nil, nil, false),
        ] as [(Double?, Int64?, Bool)])
    func standbys(seconds: Double?, bytes: Int64?, isProblem: Bool) {
        let status = Self.healthy {
            $0.database?.standbys = [
                SystemStatus.Standby(name: "db2", state: "streaming", sync: "sync", lagSeconds: 0.04, lagBytes: 0),
                SystemStatus.Standby(
                    name: "db3", state: "catchup", sync: "async", lagSeconds: seconds, lagBytes: bytes),
            ]
        }
        #expect(status.problems.map(\.code) == (isProblem ? ["standby_behind"] : []))
        #expect(status.problems.allSatisfy { $0.level == .warning && $0.message.hasPrefix("the standby db3 is ") })
        let console = Console(json: false, color: .never, environment: [:])
        let text = StatusText(status: status, times: times).screen(on: console)
        #expect(text.contains("\nStandbys  db2: streaming, sync, 0.0 s, 0 B behind\n          db3: catchup, async, "))
        let standby = Self.healthy {
            $0.database = Self.database(.standby)
            $0.database?.receiving = false
            $0.database?.lagSeconds = seconds
        }
        let isBehind = (seconds ?? 0) > 60
        #expect(standby.problems.map(\.code) == (isBehind ? ["standby", "standby_behind"] : ["standby"]))
    }

    @Test("the most severe problem decides the level and stands first")
    func order() {
        let status = Self.healthy {
            $0.messages = Self.messages(failed: 2, held: 1, reason: "held")
            $0.queues = [Self.queue(dead: 3)]
        }
        #expect(status.level == .critical)
        #expect(status.problems.map(\.code) == ["messages_held", "jobs_dead", "messages_failed"])
    }

    @Test("a database that cannot be used is critical, and one that refuses this login leaves the state unknown")
    func obstacle() {
        let cases: [(Failure, SystemStatus.Level)] = [
            (Failure(code: "database_unreachable", message: "x", hint: "", exit: .unreachable), .critical),
            (Failure(code: "try_again", message: "x", hint: "", exit: .tryAgain), .critical),
            (Failure(.missing) ?? .misconfigured("", hint: ""), .critical),
            (.misconfigured("the database refuses this login", hint: ""), .unknown),
        ]
        for (failure, level) in cases {
            var status = SystemStatus(
                at: Self.now, schema: SystemStatus.SchemaState(nil, functionSet: nil),
                binary: SystemStatus.Binary(version: "0.1.0", commit: nil))
            status.obstacle = SystemStatus.Problem(failure)
            #expect(status.level == level && status.problems.count == 1, "\(failure)")
        }
    }

    @Test("the levels have the exit statuses of a monitoring plugin")
    func exits() {
        #expect(SystemStatus.Level.allCases.map(\.exitCode.rawValue) == [0, 1, 3, 2])
    }

    @Test("the first line of a plugin has the level, the problems, and figures after the only vertical bar")
    func plugin() {
        let ok = StatusText(status: Self.healthy(), times: times).plugin
        #expect(
            ok == "OK - no problems | runners=1 ready=0 running=0 dead=0 failed=0 unknown=0 held=0 late=0s;900;3600")
        let status = Self.healthy {
            $0.channels = [ChannelRecord(.sms, Self.pause)]
            $0.oldestOverdueReminder = Self.late(61)
            $0.notices = [.init(level: .warning, code: "x", message: "a|b\u{1B}[2J", hint: "c|d")]
        }
        let lines = StatusText(status: status, times: times).plugin.split(separator: "\n")
        #expect(
            lines[0].hasPrefix("CRITICAL - a message is 61 minutes late; sms is paused on web1: account suspended; a/b")
        )
        #expect(lines[0].contains(" | runners=1 ") && lines[0].hasSuffix("late=3660s;900;3600"))
        #expect(lines.count == 4 && lines.joined().count { $0 == "|" } == 1 && !lines.joined().contains("\u{1B}"))
    }

    @Test("the screen fits into 24 lines of 80 columns, whatever there is to show")
    func screen() {
        let console = Console(json: false, color: .never, environment: ["COLUMNS": "80"])
        let many = Self.healthy { status in
            status.database = SystemStatus.DatabaseState(
                version: "15.14", role: .standby, tls: false, host: String(repeating: "db.", count: 60), port: "5432",
                name: "intro", user: "desk",
                standbys: Array(
                    repeating: SystemStatus.Standby(
                        name: String(repeating: "db", count: 60), state: "catchup", sync: nil, lagSeconds: 1e6,
                        lagBytes: 1 << 40), count: 9))
            status.runners = Array(repeating: Self.runner(active: false), count: 20)
            status.queues = Array(repeating: Self.queue(dead: 1_000_000, paused: true), count: 9)
            status.oldestOverdueReminder = Self.late(100)
            status.messages = Self.messages(failed: 123_456, unknown: 123_456, held: 123_456, reason: "held")
            status.channels = Array(repeating: ChannelRecord(.sms, Self.pause), count: 8)
            status.lastBackup = BackupRecord(at: Self.now - 1e6, kind: .pgbackrest, verifiedAt: Self.now - 1e6)
        }
        for status in [Self.healthy(), many] {
            let lines = StatusText(status: status, times: times).screen(on: console).split(
                separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 24 && lines.allSatisfy { $0.count <= 80 }, "\(lines.joined(separator: "\n"))")
        }
        let text = StatusText(status: many, times: times).screen(on: console)
        #expect(text.contains("and 18 more: 0 of 20 active"))
        #expect(text.contains("1 shown, --json lists all"))
        #expect(text.contains("pgbackrest, Sun Jan 3, 10:13 AM PST, verified"), "\(text)")
    }

    @Test("a problem and its hint are wrapped between words on a terminal, and whole lines in other output")
    func wrapped() {
        let status = Self.healthy { status in
            status.notices = [.init(level: .warning, code: "x", message: Self.long, hint: Self.long)]
        }
        func lines(_ environment: [String: String]) -> [String] {
            let console = Console(json: false, color: .never, environment: environment)
            return StatusText(status: status, times: times).screen(on: console).components(separatedBy: "\n")
        }
        let whole = lines([:])
        #expect(whole.contains("warning: \(Self.long)") && whole.contains("hint: \(Self.long)"), "\(whole)")
        let wrapped = lines(["COLUMNS": "80"])
        #expect(wrapped.allSatisfy { $0.count <= 80 && !$0.contains("…") }, "\(wrapped)")
        #expect(wrapped.joined(separator: " ").replacing("  ", with: "").filter { $0 == "w" }.count >= 80)
    }

    private static let long = Array(repeating: "word", count: 40).joined(separator: " ")
}
