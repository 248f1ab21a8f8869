import FoundationEssentials
import Jobs
import LocalPostgres
import Reminders
import Schema

/// The state of an installation at one moment: its database, its runners, and what waits for an operator or the desk.
///
/// A value that could not be read is `nil`; ``obstacle`` is the reason.
struct SystemStatus: Encodable, Equatable, Sendable {
    /// The database that the command is connected to.
    struct DatabaseState: Encodable, Equatable, Sendable {
        enum Role: String, Encodable, Sendable {
            case primary, standby
        }

        /// PostgreSQL's version, such as `15.14`.
        let version: String
        let role: Role
        /// Whether the connection is encrypted.
        let tls: Bool
        /// The host, or the folder of the Unix socket.
        let host: String
        let port: String
        /// The name of the database.
        let name: String
        /// The login.
        let user: String
        /// The standbys that receive changes from this primary; `null` on a standby.
        @NullWhenNil var standbys: [Standby]? = nil
        /// Whether this standby receives changes; `null` on a primary.
        @NullWhenNil var receiving: Bool? = nil
        /// The seconds by which this standby is behind; `null` on a primary, or if unknown.
        @NullWhenNil var lagSeconds: Double? = nil
    }

    /// A standby of the primary, as the primary sees it.
    ///
    /// Values that the login may not see are `null`.
    struct Standby: Encodable, Equatable, Sendable {
        /// The name with which the standby connects (`application_name`).
        let name: String
        /// Such as `streaming` or `catchup`.
        @NullWhenNil var state: String?
        /// Whether commits wait for it: `sync` or `quorum`; otherwise `potential` or `async`.
        @NullWhenNil var sync: String?
        /// The seconds by which its data is behind; `null` also for one that does not report them.
        @NullWhenNil var lagSeconds: Double?
        /// The octets of the log that it has not applied yet.
        @NullWhenNil var lagBytes: Int64?
    }

    /// The schema of the database, compared with the one that the binary contains.
    struct SchemaState: Encodable, Equatable, Sendable {
        enum Match: String, Encodable, Sendable {
            case current, missing, behind, compatible, ahead, altered
        }

        /// The newest step that was applied; `null` if it is not known.
        @NullWhenNil var step: Int32?
        /// The newest step in the binary.
        let expected: Int32
        /// The number of the set of SQL functions; `null` if it is not known.
        @NullWhenNil var functionSet: Int32?
        let expectedFunctionSet: Int32
        /// The comparison; `null` if the database could not be read.
        @NullWhenNil var match: Match?
        /// Whether this binary can use the schema.
        let usable: Bool
    }

    /// The binary that printed the status.
    struct Binary: Encodable, Equatable, Sendable {
        let version: String
        @NullWhenNil var commit: String?
    }

    struct Runner: Encodable, Equatable, Sendable {
        let host: String
        /// The process number.
        @NullWhenNil var process: Int32?
        @NullWhenNil var version: String?
        let lastHeartbeatAt: Date
        let lastHeartbeatSecondsAgo: Int
        let active: Bool
    }

    struct Queue: Encodable, Equatable, Sendable {
        let name: String
        /// The number of jobs that are due and wait for a runner.
        let ready: Int
        let running: Int
        /// The number of jobs that are not due yet.
        let delayed: Int
        let dead: Int
        let paused: Bool
    }

    /// The message that has been overdue longest.
    struct OverdueReminder: Encodable, Equatable, Sendable {
        let dueAt: Date
        /// The whole minutes since a sender could have sent it: since it was due, or since a postponement ended.
        let lateMinutes: Int
        /// The session's reference; `null` for a trainer's schedule of a day.
        @NullWhenNil var session: String?
        let rule: String
        let channel: String
        /// The reason of the last postponement.
        @NullWhenNil var reason: String?
    }

    struct Messages: Encodable, Equatable, Sendable {
        /// The number of messages that failed since ``failedSince``.
        let failed: Int
        let failedSince: Date
        let unknown: Int
        let held: Int
        /// `reconciling`, which ends by itself, or `held`, which needs an operator.
        @NullWhenNil var heldReason: String?
    }

    struct Sessions: Encodable, Equatable, Sendable {
        /// The number of past sessions that are not marked.
        let notMarked: Int
        /// The number of upcoming sessions that cannot take place as booked.
        let needNewTime: Int
    }

    let at: Date
    @NullWhenNil var database: DatabaseState? = nil
    var schema: SchemaState
    let binary: Binary
    @NullWhenNil var runners: [Runner]? = nil
    @NullWhenNil var queues: [Queue]? = nil
    @NullWhenNil var oldestOverdueReminder: OverdueReminder? = nil
    @NullWhenNil var messages: Messages? = nil
    @NullWhenNil var channels: [ChannelRecord]? = nil
    @NullWhenNil var sessions: Sessions? = nil
    @NullWhenNil var lastBackup: BackupRecord? = nil
    /// The reason why the database could not be read.
    var obstacle: Problem?
    /// The warnings of the job queue and of the back-up record that are stated by other parts.
    var notices: [Problem] = []

    private enum CodingKeys: CodingKey {
        case at, database, schema, binary, runners, queues, oldestOverdueReminder, messages, channels, sessions
        case lastBackup
    }
}

extension SystemStatus.SchemaState {
    /// Compares a database with this binary.
    init(_ status: Schema.Status?, functionSet: Int32?) {
        let (match, step): (Match?, Int32?) =
            switch status {
            case .missing: (.missing, nil)
            case .behind(let database, _): (.behind, database)
            case .current: (.current, Schema.version)
            case .compatible(let database, _): (.compatible, database)
            case .ahead(let database, _): (.ahead, database)
            case .altered: (.altered, nil)
            case nil: (nil, nil)
            }
        self.init(
            step: step, expected: Schema.version, functionSet: functionSet, expectedFunctionSet: Schema.functionSet,
            match: match, usable: match == .current || match == .compatible)
    }
}
