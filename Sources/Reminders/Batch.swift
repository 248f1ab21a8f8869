import Booking
import BookingStore
import Messaging

/// What the couriers of one run share: how much may still be taken up, and what has come of it.
actor Batch {
    /// How many messages may still be taken up.
    private(set) var left: Int
    private(set) var report = ReminderRun.Report()
    /// What could not be written down when it happened.
    private(set) var unwritten: [DeliveryRecord] = []

    var isUnreachable: Bool { report.unreachable != nil }

    /// Begins a batch.
    ///
    /// - Parameters:
    ///   - limit: How many messages at the most; `nil` is all.
    ///   - orphans: The session of each message whose sender died.
    init(limit: Int?, orphans: [Reference]) {
        left = limit ?? .max
        report.tally.add(orphans.count, to: \.unknown)
        report.orphans = Set(orphans).sorted { $0.code < $1.code }
    }

    /// Reserves up to `count` messages; 0 when the limit is reached or the transport cannot be used.
    func reserve(_ count: Int) -> Int {
        guard !isUnreachable else { return 0 }
        let granted = min(count, left)
        left -= granted
        return granted
    }

    /// Counts what needs no courier, and gives back what was reserved and not found.
    func settle(_ hand: Hand, of reserved: Int) {
        left += reserved - hand.count
        report.tally.add(hand.skipped, to: \.skipped)
        report.tally.add(hand.unreadable.count, to: \.failed)
    }

    /// Counts an outcome.
    func count(_ outcome: DeliveryOutcome) {
        report.count(outcome)
    }

    /// Counts messages that could not be handed over.
    func fail(_ count: Int = 1) {
        report.tally.add(count, to: \.failed)
    }

    /// Keeps what could not be written down.
    func keep(_ records: [DeliveryRecord]) {
        unwritten += records
    }
}
