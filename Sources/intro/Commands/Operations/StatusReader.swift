import Booking
import BookingStore
import FoundationEssentials
import Jobs
import LocalPostgres
import Postgres
import Reminders
import Schema

extension Intro {
    /// Reads the state of the installation without changing anything.
    ///
    /// A private database is started if it exists, and is neither created nor upgraded.
    ///
    /// - Parameter countsSessions: Whether to count sessions, which takes the longest: each one to come is evaluated.
    /// - Returns: The state, and the failure that kept the database from being read.
    func systemStatus(countsSessions: Bool) async -> (status: SystemStatus, failure: Failure?) {
        let version = Version()
        var status = SystemStatus(
            at: now, schema: SystemStatus.SchemaState(nil, functionSet: nil),
            binary: SystemStatus.Binary(version: version.version, commit: version.commit))
        readBackup(into: &status)
        do {
            let database = try await existingDatabase()
            try await readServer(database, into: &status)
            try await readJobs(database, into: &status)
            try await readMessages(database, into: &status)
            if countsSessions { try await readSessions(database, into: &status) }
            return (status, nil)
        } catch {
            let failure = Failure(describing: error)
            status.obstacle = SystemStatus.Problem(failure)
            return (status, failure)
        }
    }

    /// Returns the database without a check of its schema; a private database must have been created.
    func existingDatabase() async throws -> Database {
        if settings.database.location == .local, try !localServer.exists {
            var failure = Failure.misconfigured(
                "the private PostgreSQL in \(settings.home) has not been created yet", hint: "run `intro setup`")
            failure.code = "schema"
            throw failure
        }
        return try await uncheckedDatabase()
    }

    private func readBackup(into status: inout SystemStatus) {
        status.lastBackup = BackupRecord(home: settings.home)
        let path = BackupRecord.path(settings.home)
        guard status.lastBackup == nil, FileManager.default.fileExists(atPath: path) else { return }
        status.notices.append(
            SystemStatus.Problem(
                level: .warning, code: "backup_unreadable",
                message: "the record of the last back-up, \(path), cannot be read",
                hint: "check the mode of the file; the next back-up writes it again"))
    }

    /// Reads the server and the schema, and throws unless this binary can use the schema.
    private func readServer(_ database: Database, into status: inout SystemStatus) async throws {
        status.database = try await database.withConnection { try await SystemStatus.DatabaseState(on: $0) }
        try await DatabaseRequirement.check(database)
        let found = try await Schema.status(of: database)
        let functionSet = try await Schema.functionSet(of: database)
        status.schema = SystemStatus.SchemaState(found, functionSet: functionSet)
        if let failure = Failure(found) { throw failure }
    }

    private func readJobs(_ database: Database, into status: inout SystemStatus) async throws {
        let jobs = JobAdmin(database)
        let statistics = try await jobs.statistics()
        let runners = try await jobs.runners()
        status.runners = runners.map { SystemStatus.Runner($0) }
        status.queues = statistics.queues.map { SystemStatus.Queue($0) }
        let isServed = runners.contains(where: \.isActive)
        status.notices += statistics.warnings.compactMap { SystemStatus.Problem($0, isAnyRunnerActive: isServed) }
    }

    private func readMessages(_ database: Database, into status: inout SystemStatus) async throws {
        let now = now
        let failedSince = now - SystemStatus.Limit.failedSpan
        let delivery = try await deliveryState(in: database, failedSince: failedSince)
        status.channels = ChannelRecord.all(delivery.pauses)
        status.messages = SystemStatus.Messages(
            failed: delivery.messages.failed, failedSince: failedSince, unknown: delivery.messages.unknown,
            held: delivery.messages.held ?? 0, heldReason: delivery.messages.heldReason)
        let overdue = try await database.withConnection { try await DeliveryRepository($0).oldestOverdue(now: now) }
        status.oldestOverdueReminder = overdue.map { SystemStatus.OverdueReminder($0, now: now) }
    }

    private func readSessions(_ database: Database, into status: inout SystemStatus) async throws {
        status.sessions = try await database.withConnection { [now] connection in
            let sessions = SessionRepository(connection)
            return SystemStatus.Sessions(
                notMarked: try await sessions.countLeftOpen(before: now),
                needNewTime: try await sessions.countAffected(from: now))
        }
    }
}

extension SystemStatus.DatabaseState {
    /// Reads the version and the role of the server of a connection.
    init(on connection: isolated Connection) async throws {
        let (version, isStandby) = try await connection.query(
            "SELECT current_setting('server_version'), pg_is_in_recovery()"
        ).decode((String, Bool).self)[0]
        let server = connection.server
        let standbys = isStandby ? nil : try await SystemStatus.Standby.all(on: connection)
        let state = try await connection.standbyState()
        self.init(
            // Debian appends its own version in brackets.
            version: version.split(separator: " ").first.map(String.init) ?? version,
            role: isStandby ? .standby : .primary, tls: server?.isEncrypted ?? false, host: server?.host ?? "",
            port: server?.port ?? "", name: server?.database ?? "", user: server?.user ?? "",
            standbys: standbys, receiving: state?.isReceiving, lagSeconds: state?.lag.map(\.roundedToMilliseconds))
    }
}

extension SystemStatus.Standby {
    /// Reads the standbys of a primary, without running base back-ups where the login may see the state.
    ///
    /// The server's own measure of the delay ends with the last change, and is absent for a standby that has applied
    /// everything: that one is not behind.
    static func all(on connection: isolated Connection) async throws -> [SystemStatus.Standby] {
        try await connection.query(
            """
            SELECT application_name, state, sync_state,
                   CASE WHEN replay_lsn >= pg_current_wal_lsn() THEN 0
                        ELSE extract(epoch FROM replay_lag)
                   END::double precision,
                   CASE WHEN replay_lsn >= pg_current_wal_lsn() THEN 0
                        ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)
                   END::bigint
            FROM pg_stat_replication
            WHERE state IS DISTINCT FROM 'backup'
            ORDER BY application_name, pid
            """
        ).decode((String?, String?, String?, Double?, Int64?).self).map { name, state, sync, seconds, bytes in
            SystemStatus.Standby(
                name: name ?? "", state: state, sync: sync, lagSeconds: seconds.map(\.roundedToMilliseconds),
                lagBytes: bytes)
        }
    }
}

extension Double {
    fileprivate var roundedToMilliseconds: Double { (self * 1000).rounded() / 1000 }
}

extension SystemStatus.Runner {
    init(_ runner: RunnerPresence) {
        self.init(
            host: runner.host, process: runner.processID, version: runner.version,
            lastHeartbeatAt: runner.lastHeartbeatAt, lastHeartbeatSecondsAgo: Int(runner.seen.components.seconds),
            active: runner.isActive)
    }
}

extension SystemStatus.Queue {
    init(_ queue: JobStatistics.Queue) {
        self.init(
            name: queue.name, ready: queue.waiting, running: queue.running, delayed: queue.scheduled, dead: queue.dead,
            paused: queue.pausedAt != nil)
    }
}

extension SystemStatus.OverdueReminder {
    init(_ message: OverdueMessage, now: Date) {
        self.init(
            dueAt: message.dueAt, lateMinutes: max(0, Int(now.timeIntervalSince(message.sendableAt) / 60)),
            session: message.reference.flatMap { try? Reference($0) }?.description, rule: message.rule,
            channel: message.channel.rawValue, reason: message.reason)
    }
}

extension SystemStatus.Problem {
    /// Describes why the database could not be read: only what stops desks and runners is critical.
    init(_ failure: Failure) {
        let stopsWork = failure.exit == .unreachable || failure.exit == .tryAgain || failure.code == "schema"
        self.init(
            level: stopsWork ? .critical : .unknown, code: failure.code,
            message: [failure.message, failure.reason ?? ""].filter { !$0.isEmpty }.joined(separator: ": "),
            hint: failure.hint)
    }

    /// Describes a warning of the job queue; `nil` for one that another problem already states.
    init?(_ warning: JobWarning, isAnyRunnerActive: Bool) {
        let record = JobWarningRecord(warning)
        switch warning {
        case .paused: return nil
        case .noRunner:
            guard isAnyRunnerActive else { return nil }
            self.init(level: .critical, code: "queue_without_runner", message: record.message, hint: record.hint)
        case .vacuumBlocked:
            self.init(level: .warning, code: record.code, message: record.message, hint: record.hint)
        }
    }
}
