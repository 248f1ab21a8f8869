import FoundationEssentials
import LocalPostgres

extension SystemStatus {
    /// The levels of a status, in the order of their severity.
    enum Level: String, Encodable, Comparable, CaseIterable, Sendable {
        case ok, warning
        /// The state cannot be determined, for example because the login has no privileges.
        case unknown
        case critical

        static func < (left: Level, right: Level) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    /// A condition that an operator should correct.
    struct Problem: Encodable, Equatable, Sendable {
        let level: Level
        /// A stable code for programs, such as `no_runner`.
        let code: String
        let message: String
        let hint: String
    }

    /// The limits beyond which a state is a problem.
    enum Limit {
        /// Minutes by which a message may be late; more is a warning.
        static let lateMinutesWarning = 15
        /// Minutes by which a message may be late; more is critical.
        static let lateMinutesCritical = 60
        /// The age of the last back-up; more is a warning.
        ///
        /// A nightly back-up may begin or take up to two hours longer than the day before.
        static let backupAge: TimeInterval = 26 * 3600
        /// Seconds by which a standby may be behind; more is a warning.
        static let standbyLagSeconds: Double = 60
        /// Octets of the log that a standby may not have applied yet; more is a warning.
        ///
        /// The server does not measure the seconds of a standby that has stopped applying changes.
        static let standbyLagBytes: Int64 = 256 << 20
        /// The span in which failed messages are counted.
        static let failedSpan: TimeInterval = 24 * 3600
    }

    /// The level of the most severe problem.
    var level: Level { problems.map(\.level).max() ?? .ok }

    /// The problems, the most severe first.
    ///
    /// Sessions that are not marked or need a new time are the desk's work, and are no problem of the installation.
    var problems: [Problem] {
        let all =
            [obstacle, newerSchema, standby, noRunner, overdue, held].compactMap(\.self) + pausedQueues + pausedChannels
            + [dead, failed, unknown, oldBackup].compactMap(\.self) + lateStandbys + notices
        return Level.allCases.reversed().flatMap { level in all.filter { $0.level == level } }
    }
}

extension SystemStatus {
    private var newerSchema: Problem? {
        guard schema.match == .compatible, let step = schema.step else { return nil }
        return Problem(
            level: .warning, code: "schema_newer",
            message: "the schema is at step \(step), and this binary was built for step \(schema.expected)",
            hint: "install the newer intro on this host")
    }

    private var standby: Problem? {
        guard database?.role == .standby else { return nil }
        return Problem(
            level: .warning, code: "standby",
            message: "the database is a standby, which accepts no bookings and no messages",
            hint: "connect to the primary: name all hosts in the URL, with target_session_attrs=read-write")
    }

    /// The standbys that are far behind, and this server if it is one.
    private var lateStandbys: [Problem] {
        guard let database else { return [] }
        let late = (database.standbys ?? []).filter { standby in
            (standby.lagSeconds ?? 0) > Limit.standbyLagSeconds || (standby.lagBytes ?? 0) > Limit.standbyLagBytes
        }
        var problems = late.map { standby in
            Problem(
                level: .warning, code: "standby_behind",
                message: "the standby \(standby.name) is \(standby.lagText ?? "") behind",
                hint: "see its log, its disk and its network; reports that read from it show old data")
        }
        if let seconds = database.lagSeconds, seconds > Limit.standbyLagSeconds {
            problems.append(
                Problem(
                    level: .warning, code: "standby_behind", message: "this standby is \(Int(seconds)) s behind",
                    hint: database.receiving == true
                        ? "see its log, its disk and its network" : "it receives no changes: see its log"))
        }
        return problems
    }

    private var noRunner: Problem? {
        guard let runners, !runners.contains(where: \.active) else { return nil }
        return Problem(
            level: .critical, code: "no_runner", message: "no runner is active",
            hint: "start one: `systemctl start intro-runner`, or `intro run`")
    }

    private var overdue: Problem? {
        guard let late = oldestOverdueReminder, late.lateMinutes > Limit.lateMinutesWarning else { return nil }
        return Problem(
            level: late.lateMinutes > Limit.lateMinutesCritical ? .critical : .warning, code: "reminder_overdue",
            message: "a message is \(late.lateMinutes) minutes late",
            hint: "see `intro reminders list --status queued`, and the log of the runner")
    }

    private var held: Problem? {
        guard let messages, messages.held > 0 else { return nil }
        guard messages.heldReason != "reconciling" else {
            return Problem(
                level: .warning, code: "messages_reconciling",
                message: "\(counted(messages.held, "message")) wait for the journals of all senders after a restore",
                hint: "wait: this ends by itself within ten minutes")
        }
        return Problem(
            level: .critical, code: "messages_held",
            message: "\(counted(messages.held, "message")) held after a restore: a journal is missing",
            hint: "start the missing sender, or decide: `intro reminders hold --help`")
    }

    private var pausedQueues: [Problem] {
        (queues ?? []).filter(\.paused).map { queue in
            Problem(
                level: .warning, code: "queue_paused", message: "the queue \(queue.name) is paused",
                hint: "resume it: `intro jobs resume \(queue.name)`")
        }
    }

    private var pausedChannels: [Problem] {
        (channels ?? []).filter(\.paused).map { channel in
            Problem(
                level: .warning, code: "channel_paused",
                message: "\(channel.channel) is paused on \(channel.sender ?? "a host"): \(channel.reason ?? "")",
                hint: "see `intro jobs stats`; `intro reminders send` tries one message at once")
        }
    }

    private var dead: Problem? {
        let dead = (queues ?? []).reduce(0) { $0 + $1.dead }
        guard dead > 0 else { return nil }
        return Problem(
            level: .warning, code: "jobs_dead", message: "\(counted(dead, "job")) dead",
            hint: "see `intro jobs list --state dead`")
    }

    private var failed: Problem? {
        guard let messages, messages.failed > 0 else { return nil }
        return Problem(
            level: .warning, code: "messages_failed",
            message: "\(counted(messages.failed, "message")) failed in the last 24 hours",
            hint: "see `intro reminders list --status failed`")
    }

    private var unknown: Problem? {
        guard let messages, messages.unknown > 0 else { return nil }
        return Problem(
            level: .warning, code: "messages_unknown",
            message: "\(counted(messages.unknown, "message")) with unknown delivery status",
            hint: "see `intro reminders unknown`")
    }

    /// Without any record there is no problem: back-ups may be made by other means, or for a trial not at all.
    private var oldBackup: Problem? {
        guard let lastBackup, at.timeIntervalSince(lastBackup.at) > Limit.backupAge else { return nil }
        let hours = Int(at.timeIntervalSince(lastBackup.at) / 3600)
        return Problem(
            level: .warning, code: "backup_old", message: "the last back-up is \(hours) hours old",
            hint: "see the log of the back-up, or run `intro backup FILE`")
    }
}
