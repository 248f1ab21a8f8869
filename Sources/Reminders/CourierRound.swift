import Booking
import BookingStore
import FoundationEssentials
import Messaging

/// One courier at work: takes a hand of messages, carries them, writes down what became of them, and takes the next.
struct CourierRound {
    let run: ReminderRun
    let number: Int32
    let ledger: DeliveryRepository
    let batch: Batch
    let until: Date

    /// Works on the courier's own thread.
    func work(with courier: isolated any Courier<PostedMail>) async throws {
        var size = HandSize()
        while let hand = try await takeHand(size.messages) {
            let start = ContinuousClock.now
            let records = await carry(hand, by: courier)
            size.adapt(to: .now - start)
            try await write(records)
        }
    }

    /// The next hand, or `nil` when the round is over.
    private func takeHand(_ size: Int) async throws -> Hand? {
        guard !Task.isCancelled else { return nil }
        let reserved = batch.reserve(size)
        guard reserved > 0 else { return nil }
        do {
            let hand = try await ledger.take(number, until: until, now: run.clock(), limit: reserved)
            batch.settle(hand, of: reserved)
            return hand.count > 0 ? hand : nil
        } catch is CancellationError {
            // The statement was undone: nothing is in hand.
            return nil
        }
    }

    private func carry(_ hand: Hand, by courier: any Courier<PostedMail>) async -> [DeliveryRecord] {
        var records = hand.unreadable
        for handout in hand.handouts { records.append(await carry(handout, by: courier)) }
        return records
    }

    private func carry(_ handout: Handout, by courier: any Courier<PostedMail>) async -> DeliveryRecord {
        guard !Task.isCancelled else { return .untried(handout.message) }
        guard !batch.isUnreachable else {
            batch.fail()
            return .untried(handout.message)
        }
        do {
            let recipient = try Mailbox(name: handout.session.client.name, address: handout.recipient.address)
            let mail = try run.composer.mail(for: handout, to: recipient, at: run.clock())
            let outcome = await courier.deliver(PostedMail(mail.render(), from: run.sender, to: recipient))
            if Task.isCancelled, case .notSent = outcome { return .untried(handout.message) }
            batch.count(outcome)
            return DeliveryRecord(handout.message, outcome)
        } catch {
            batch.fail()
            return DeliveryRecord(
                message: handout.message, status: .failed, reason: "cannot_be_written", reply: "\(error)")
        }
    }

    private func write(_ records: [DeliveryRecord]) async throws {
        let (ledger, number, now) = (ledger, number, run.clock())
        do {
            try await finishing { try await ledger.record(records, by: number, at: now) }
        } catch {
            batch.keep(records)
            throw error
        }
    }
}
