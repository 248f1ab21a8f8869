public import Booking
import BookingStore
public import FoundationEssentials
public import Logging
public import Messaging
public import Postgres
import Synchronization

/// One batch: plans what is due, and lets several couriers carry it, each message at most once.
public struct ReminderRun: Sendable {
    /// What a batch came to.
    ///
    /// Every message taken up is in just one of the last four.
    public struct Tally: Sendable, Equatable {
        /// Messages taken up.
        public var due = 0
        /// Messages that a transport took.
        public var sent = 0
        /// Messages that were refused, now or for good, or could not be handed over.
        public var failed = 0
        /// Messages of which nobody knows whether they arrived.
        public var unknown = 0
        /// Messages that were no longer true.
        public var skipped = 0
    }

    /// A batch's result.
    public struct Report: Sendable {
        /// How many of each.
        public internal(set) var tally = Tally()
        /// Sessions with a message whose sender died before its outcome was written.
        public internal(set) var orphans: [Reference] = []
        /// Why the transport cannot be used at all, where it cannot.
        public internal(set) var unreachable: String?
    }

    let database: Database
    let transport: any MailTransport
    let composer: Composer
    let sender: Mailbox
    let actor: String
    let clock: @Sendable () -> Date
    let couriers: Int
    let logger: Logger

    /// Prepares a batch.
    ///
    /// - Parameters:
    ///   - database: Where the ledger is.
    ///   - transport: How mail leaves.
    ///   - sender: Who mail is from.
    ///   - actor: Who sends, for the ledger.
    ///   - couriers: How many connections to the mail server at the most.
    ///   - clock: The clock by which messages are due.
    ///   - logger: Where trouble is told.
    /// - Throws: `TemplateError`.
    public init(
        database: Database, transport: any MailTransport, sender: Mailbox, actor: String, couriers: Int,
        clock: @escaping @Sendable () -> Date, logger: Logger
    ) throws {
        self.database = database
        self.transport = transport
        self.composer = try Composer(sender: sender)
        self.sender = sender
        self.actor = actor
        self.couriers = couriers
        self.clock = clock
        self.logger = logger
    }

    /// Sends what is due.
    ///
    /// A cancelled task lets each courier finish what it has in hand.
    ///
    /// - Parameters:
    ///   - until: What is due later is left alone; `nil` is now.
    ///   - limit: How many messages at the most; `nil` is all.
    /// - Returns: What the batch came to.
    /// - Throws: `PostgresError` or `MailConfigurationError`.
    public func send(until: Date?, limit: Int?) async throws -> Report {
        let until = until ?? clock()
        // The run's lock lives on this connection: it is lent for nothing else until the batch is over.
        return try await database.withConnection { connection in
            let ledger = DeliveryRepository(connection)
            var report = Report()
            report.orphans = try await ledger.sweep()
            report.tally.unknown = report.orphans.count
            report.tally.due = report.orphans.count
            _ = try await ledger.plan(until: until, now: clock())
            let due = try await ledger.dueCounts(until: until, now: clock(), limit: limit ?? .max).due
            guard due > 0 else { return report }
            let run = try await ledger.beginRun(actor: actor)
            let batch = Batch(limit: limit, report: report)
            try await carry(batch, run, until: until, couriers: min(couriers, Int(due)))
            try await ledger.endRun(run)
            return batch.report
        }
    }

    /// Tells what a batch would do, and changes nothing.
    ///
    /// - Parameters:
    ///   - until: What is due later is left alone; `nil` is now.
    ///   - limit: How many messages at the most; `nil` is all.
    /// - Returns: What a batch would come to.
    /// - Throws: `PostgresError`.
    public func rehearse(until: Date?, limit: Int?) async throws -> Tally {
        let until = until ?? clock()
        do {
            return try await database.transaction { connection in
                let ledger = DeliveryRepository(connection)
                _ = try await ledger.plan(until: until, now: clock())
                let counts = try await ledger.dueCounts(until: until, now: clock(), limit: limit ?? .max)
                throw Rehearsed(tally: Tally(due: Int(counts.due), skipped: Int(counts.skipped)))
            }
        } catch let rehearsed as Rehearsed {
            return rehearsed.tally
        }
    }

    private func carry(_ batch: Batch, _ run: Int32, until: Date, couriers: Int) async throws {
        try await withThrowingTaskGroup { group in
            for _ in 0..<couriers {
                group.addTask {
                    try await transport.withCourier { courier in
                        try await CourierRound(run: self, number: run, batch: batch, until: until, courier: courier)
                            .work()
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// Ends a rehearsal's transaction without keeping it.
private struct Rehearsed: Error {
    let tally: ReminderRun.Tally
}
