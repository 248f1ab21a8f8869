import Booking
import BookingStore
import FoundationEssentials
import Messaging
import Postgres

/// One courier at work: takes a hand of messages, carries them, writes down what became of them, and takes the next.
///
/// What is in hand when a sender dies is unknown for ever. A hand is therefore no larger than what goes out in about
/// twenty milliseconds: one message with a slow server, dozens with a fast one.
struct CourierRound {
    let run: ReminderRun
    let number: Int32
    let batch: Batch
    let until: Date
    let courier: any MailCourier

    private static let largestHand = 64
    private static let swift: Duration = .milliseconds(20)

    func work() async throws {
        var size = 1
        while !Task.isCancelled {
            let reserved = batch.reserve(size)
            guard reserved > 0 else { return }
            let start = ContinuousClock.now
            let (handouts, skipped) = try await take(reserved)
            let found = handouts.count + skipped
            batch.returnReserved(reserved - found)
            batch.add { report in
                report.tally.due += found
                report.tally.skipped += skipped
            }
            guard found > 0 else { return }
            try await carry(handouts)
            size = ContinuousClock.now - start < Self.swift ? min(size * 2, Self.largestHand) : max(size / 2, 1)
        }
    }

    private func take(_ count: Int) async throws -> (handouts: [Handout], skipped: Int) {
        try await run.database.withConnection { connection in
            try await DeliveryRepository(connection).take(number, until: until, now: run.clock(), limit: count)
        }
    }

    private func carry(_ handouts: [Handout]) async throws {
        var records: [DeliveryRecord] = []
        for handout in handouts {
            let outcome = await deliver(handout)
            batch.add { $0.count(outcome) }
            records.append(DeliveryRecord(handout.message, outcome))
        }
        // What has happened is written down also when the sender is told to stop.
        let (run, number, known) = (run, number, records)
        try await Task {
            try await run.database.withConnection { connection in
                try await DeliveryRepository(connection).record(known, by: number, at: run.clock())
            }
        }.value
    }

    private func deliver(_ handout: Handout) async -> DeliveryOutcome {
        if let reason = batch.report.unreachable { return .notSent(reason: reason, unreachable: true) }
        guard let address = handout.session.client.email else {
            return .rejectedForGood(code: 0, reply: "the client has no e-mail address")
        }
        do {
            let recipient = try Mailbox(name: handout.session.client.name, address: address.address)
            let mail = try run.composer.mail(for: handout, to: recipient, at: run.clock())
            return await courier.deliver(mail.render(), from: run.sender, to: recipient)
        } catch {
            return .rejectedForGood(code: 0, reply: "\(error)")
        }
    }
}

extension DeliveryRecord {
    /// What the ledger says of an outcome.
    init(_ message: Int64, _ outcome: DeliveryOutcome) {
        switch outcome {
        case .accepted(let reply):
            self.init(message: message, status: .sent, reason: nil, reply: reply)
        case .rejectedForNow(_, let reply):
            self.init(message: message, status: .queued, reason: "rejected_for_now", reply: reply)
        case .rejectedForGood(_, let reply):
            self.init(message: message, status: .failed, reason: "rejected_for_good", reply: reply)
        case .notSent(let reason, _):
            self.init(message: message, status: .queued, reason: "not_sent", reply: reason)
        case .unknown(let reason):
            self.init(message: message, status: .unknown, reason: "no_answer", reply: reason)
        }
    }
}

extension ReminderRun.Report {
    /// Counts an outcome.
    mutating func count(_ outcome: DeliveryOutcome) {
        switch outcome {
        case .accepted: tally.sent += 1
        case .rejectedForNow, .rejectedForGood: tally.failed += 1
        case .unknown: tally.unknown += 1
        case .notSent(let reason, let unreachable):
            tally.failed += 1
            if unreachable { self.unreachable = self.unreachable ?? reason }
        }
    }
}
