import BookingStore
import Foundation
import Reminders
import SeededRandom
import Testing

@Suite("Reconciliation after a restore")
struct ReconciliationDecisionTests {
    /// The state of a registered sender, in an epoch that its journal knows.
    private let usual = DeliveryEpochState(
        epoch: UUID(), noticedAt: 5, databaseName: UUID(), isIdentified: true, hasChanged: false, isMissingRuns: false,
        own: .done, waitsForOtherSenders: false)

    private func decision(
        isNew: Bool = false, knowsEpoch: Bool = true, other: Int64? = nil,
        _ change: (inout DeliveryEpochState) -> Void = { _ in }
    ) -> ReconciliationDecision {
        var state = usual
        change(&state)
        var epochs = knowsEpoch ? [usual.epoch: usual.noticedAt] : [:]
        epochs[UUID()] = other
        return ReconciliationDecision(state, journalIsNew: isNew, epochs: epochs)
    }

    @Test("requires nothing at an ordinary start")
    func ordinary() {
        #expect(!decision().isNeeded)
        #expect(decision().beginsEpoch == nil)
    }

    @Test("registers a new sender without a comparison")
    func firstStart() {
        let first = decision(isNew: true, knowsEpoch: false) { $0.own = nil }
        #expect(first.registers && !first.comparesJournal && !first.replacesOthers && first.beginsEpoch == nil)
    }

    @Test("a changed identity or a missing run begins an epoch and compares the journal")
    func begins() {
        let changed = decision { $0.hasChanged = true }
        #expect(changed.beginsEpoch == .databaseChanged && changed.comparesJournal && !changed.replacesOthers)
        let behind = decision { $0.isMissingRuns = true }
        #expect(behind.beginsEpoch == .journalAhead && behind.comparesJournal)
        #expect(decision(other: 6).beginsEpoch == .journalAhead, "an earlier epoch of the database begins a new one")
        #expect(!decision(other: 4).isNeeded)
    }

    @Test("compares the journal in an epoch that another sender began")
    func compares() {
        #expect(decision(knowsEpoch: false) { $0.own = .awaited }.comparesJournal)
        #expect(decision { $0.own = .missing }.comparesJournal)
        let forgotten = decision(knowsEpoch: false) { $0.own = nil }
        #expect(forgotten.comparesJournal && forgotten.beginsEpoch == nil && !forgotten.replacesOthers)
    }

    @Test("marks awaited journals as missing for a new sender, but not for a known one")
    func replaces() {
        #expect(
            decision(isNew: true, knowsEpoch: false) { ($0.own, $0.waitsForOtherSenders) = (nil, true) }.replacesOthers)
        #expect(decision(isNew: true, knowsEpoch: false) { ($0.own, $0.hasChanged) = (nil, true) }.replacesOthers)
        #expect(
            !decision(isNew: false, knowsEpoch: false) { ($0.own, $0.waitsForOtherSenders) = (nil, true) }
                .replacesOthers)
        #expect(!decision(isNew: true, knowsEpoch: false) { $0.waitsForOtherSenders = true }.replacesOthers)
    }

    @Test("senders with journals send each message once despite restores at random times", arguments: 0..<200)
    func model(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var model = RestoreModel(senders: 3)
        for _ in 0..<80 {
            let sender = Int.random(in: 0..<3, using: &random)
            switch Int.random(in: 0...9, using: &random) {
            case 0: model.backUp()
            case 1: model.restore(changesIdentity: Bool.random(using: &random))
            case 2, 3: model.book()
            default: model.batch(of: sender, limit: Int.random(in: 1...3, using: &random))
            }
        }
        // After all senders have run once more, nothing is held, and each message is sent or unknown.
        for _ in 0..<2 { for sender in 0..<3 { model.batch(of: sender, limit: .max) } }
        #expect(model.sent.values.allSatisfy { $0 == 1 }, "seed \(seed): \(model.sent)")
        #expect(model.unaccounted.isEmpty, "seed \(seed): \(model.unaccounted)")
    }
}

/// A model of a database that can be restored, senders with journals, and the sent messages.
private struct RestoreModel {
    struct Row {
        var isQueued = true
        var dueAt: Int
    }
    struct DatabaseState {
        var rows: [Int: Row] = [:]
        var epoch = UUID()
        var noticedAt: Int64 = 0
        var dueBefore = -1
        /// The identity stored with the epoch.
        var identity = 0
        var senders: [Int: DeliveryEpochState.Reconciliation] = [:]
        var runs: Set<UUID> = []
    }
    struct Journal {
        var attempts: Set<Int> = []
        var epochs: [UUID: Int64] = [:]
        var lastRun: (id: UUID, epoch: UUID)?
        var isNew: Bool { epochs.isEmpty }
    }

    var database = DatabaseState()
    var backup = DatabaseState()
    var identity = 0
    var journals: [Journal]
    var sent: [Int: Int] = [:]
    var clock = 0

    /// All senders are registered before the first backup: no restore precedes a sender's first start.
    init(senders: Int) {
        journals = Array(repeating: Journal(), count: senders)
        for sender in 0..<senders { batch(of: sender, limit: 0) }
        backUp()
    }

    /// The messages that are still queued.
    var unaccounted: [Int] { database.rows.filter { $0.value.isQueued }.map(\.key) }

    mutating func book() {
        clock += 1
        database.rows[clock] = Row(dueAt: clock)
    }

    mutating func backUp() { backup = database }

    mutating func restore(changesIdentity: Bool) {
        database = backup
        // The clock is not restored, so that later bookings have new references.
        clock += 1
        if changesIdentity {
            identity += 1
        } else {
            // After a restore in place, only a sender whose run is missing can detect it: all start before the first
            // one sends.
            for sender in journals.indices { batch(of: sender, limit: 0) }
        }
    }

    /// Runs a sender, which compares its journal if required, and sends messages that are not held.
    mutating func batch(of sender: Int, limit: Int) {
        clock += 1
        reconcile(sender)
        let isHeld = database.senders.values.contains { $0 != .done }
        let due = database.rows.filter { $0.value.isQueued && !(isHeld && $0.value.dueAt <= database.dueBefore) }
        let run = UUID()
        database.runs.insert(run)
        journals[sender].lastRun = (run, database.epoch)
        for message in due.keys.sorted().prefix(limit) {
            database.rows[message]?.isQueued = false
            journals[sender].attempts.insert(message)
            sent[message, default: 0] += 1
        }
    }

    private mutating func reconcile(_ sender: Int) {
        let journal = journals[sender]
        let decision = ReconciliationDecision(
            DeliveryEpochState(
                epoch: database.epoch, noticedAt: database.noticedAt, databaseName: UUID(), isIdentified: true,
                hasChanged: database.identity != identity,
                isMissingRuns: journal.lastRun.map { $0.epoch == database.epoch && !database.runs.contains($0.id) }
                    ?? false,
                own: database.senders[sender],
                waitsForOtherSenders: database.senders.contains { $0.key != sender && $0.value != .done }),
            journalIsNew: journal.isNew, epochs: journal.epochs)
        if decision.beginsEpoch != nil {
            (database.epoch, database.dueBefore, database.identity) = (UUID(), clock, identity)
            database.noticedAt = Int64(clock)
            for other in database.senders.keys { database.senders[other] = .awaited }
        }
        if decision.comparesJournal {
            for message in journal.attempts { database.rows[message]?.isQueued = false }
        }
        if decision.registers { database.senders[sender] = .done }
        if decision.replacesOthers {
            for (other, state) in database.senders where state == .awaited { database.senders[other] = .missing }
        }
        journals[sender].epochs[database.epoch] = database.noticedAt
    }
}
