import Booking
import BookingStore
import FoundationEssentials
import Messaging

/// One courier at work: takes a hand of messages, carries them, writes down what became of them, and takes the next.
struct CourierRound<Item: Sendable> {
    let route: Route<Item>
    let run: ReminderRun
    let number: Int32
    let ledger: DeliveryRepository
    let batch: Batch
    let until: Date
    let journal: ReminderRun.RunJournal?
    /// Whether the round ends once a server that refused everything has accepted a message.
    var isTrial = false

    /// What became of one message.
    private struct Carried {
        let record: DeliveryRecord
        var mayGoOn = true
    }

    /// Tries one message at a time over a connection of its own, until the server accepts one or refuses all.
    func trial() async throws {
        var round = self
        round.isTrial = true
        try await route.transport.withCourier { [round] in try await round.work(with: $0) }
    }

    /// Works on the courier's own thread, until nothing is due or the server has asked us to go away.
    func work(with courier: isolated any Courier<Item>) async throws {
        var size = HandSize()
        var mayGoOn = true
        while mayGoOn, !isTrial || batch.isTrial(route.channel), let hand = try await takeHand(size.messages) {
            try await writeJournal(hand)
            let start = run.stopwatch()
            var records = hand.unreadable
            for (index, handout) in hand.handouts.enumerated() {
                // What was judged long ago may no longer be true.
                guard mayGoOn, index == 0 || run.stopwatch() - start < run.freshness else {
                    let rest = hand.handouts[index...]
                    batch.giveBack(rest.count)
                    records += rest.map { .untried($0.message) }
                    break
                }
                let carried = await carry(handout, by: courier)
                records.append(carried.record)
                mayGoOn = carried.mayGoOn
            }
            size.adapt(to: run.stopwatch() - start)
            try await write(records)
        }
    }

    /// The next hand, or `nil` when the round is over.
    private func takeHand(_ size: Int) async throws -> Hand? {
        guard !Task.isCancelled else { return nil }
        let reserved = batch.reserve(size, of: route.channel)
        guard reserved > 0 else { return nil }
        do {
            let hand = try await ledger.take(
                number, by: route.channel, until: until, now: run.clock(), limit: reserved)
            batch.settle(hand, of: reserved, by: route.channel)
            return hand.isEmpty ? nil : hand
        } catch is CancellationError {
            // The statement was undone: nothing is in hand.
            return nil
        }
    }

    private func carry(_ handout: Handout, by courier: any Courier<Item>) async -> Carried {
        guard !Task.isCancelled else { return Carried(record: .untried(handout.message)) }
        guard batch.stop(of: route.channel) == nil else {
            batch.giveBack(1)
            return Carried(record: .untried(handout.message))
        }
        do {
            let now = run.clock()
            let letter = try route.write(handout, now)
            let outcome = await courier.deliver(letter.item)
            if Task.isCancelled, case .notSent = outcome { return Carried(record: .untried(handout.message)) }
            let record =
                switch batch.judge(outcome, of: handout, on: route.channel) {
                case .message: DeliveryRecord(handout, outcome, copy: letter.copy, at: now)
                case .channel: DeliveryRecord(handout, refusedWithAll: outcome, copy: letter.copy, at: now)
                }
            batch.count(outcome, as: record, of: route.channel)
            return Carried(record: record, mayGoOn: !outcome.asksToWait)
        } catch {
            let record = unwritten(handout, because: error)
            batch.fail(as: ReminderRun.Failure(record, route.channel))
            return Carried(record: record)
        }
    }

    /// What the ledger records of a message that could not be written: a template can be mended, its message waits.
    private func unwritten(_ handout: Handout, because error: any Error) -> DeliveryRecord {
        guard let error = error as? TemplateError else {
            return DeliveryRecord(
                message: handout.message, status: .failed, reason: "cannot_be_written", reply: "\(error)")
        }
        let next = run.clock() + ReminderRun.templateRetry
        return .templateError(
            handout.message, run.templates?.explanation(of: error) ?? error.description,
            retryAt: handout.deadline.map { next < $0 } ?? true ? next : nil)
    }

    func write(_ records: [DeliveryRecord]) async throws {
        // Before the ledger: what is queued there and not marked in the journal was sent before a restore.
        try journal?.writeNotSent(records)
        let (ledger, number, now) = (ledger, number, run.clock())
        do {
            try await finishing { try await ledger.record(records, by: number, at: now) }
        } catch {
            batch.keep(records)
            throw error
        }
    }
}
