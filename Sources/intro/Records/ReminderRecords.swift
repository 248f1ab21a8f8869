import Booking
import BookingStore
import FoundationEssentials
import Reminders

/// A batch's result as JSON has it.
struct TallyRecord: Encodable {
    let due: Int
    let sent: Int
    let failed: Int
    let unknown: Int
    let skipped: Int
    /// Messages that became unknown because the database was restored.
    ///
    /// They are not among the others. Absent where none did.
    let restored: Int?
    /// Messages that are not sent at present because the database was restored.
    ///
    /// They are not among the others. Absent where none are held.
    let held: Int?

    init(_ report: DeliveryRun.Report) {
        self.init(report.tally, restored: report.restored, held: report.held)
    }

    init(_ tally: DeliveryRun.Tally, restored: Int = 0, held: HeldMessages?) {
        self.restored = restored > 0 ? restored : nil
        self.held = held.flatMap { $0.count > 0 ? $0.count : nil }
        due = tally.due
        sent = tally.sent
        failed = tally.failed
        unknown = tally.unknown
        skipped = tally.skipped
    }
}

/// Messages that are due and alike, as JSON has them.
struct DueGroupRecord: Encodable {
    let rule: String
    let channel: String
    let studio: String
    /// Why they would be skipped; where they would wait, what for.
    @Null var skipReason: String?
    /// Whether they would wait: for quiet hours to end, or until their session can take place.
    let waits: Bool
    let count: Int64

    init(_ group: DueGroup) {
        rule = group.rule
        channel = group.channel
        studio = group.studio
        skipReason = group.skipReason
        waits = group.waits
        count = group.count
    }
}

/// A row of the ledger as JSON has it.
struct LedgerRecord: Encodable {
    @Null var id: Int64?
    @Null var reference: String?
    /// Whose day it speaks of; `null` for a session.
    @Null var trainer: String?
    let rule: String
    let channel: String
    let audience: String
    let revision: Int32
    let status: String
    @Null var reason: String?
    let dueAt: Date
    let localDueAt: String
    @Null var waitUntil: Date?
    let attempts: Int32
    @Null var attemptedAt: Date?
    @Null var sentAt: Date?
    /// When the service for texts reported that it had arrived.
    @Null var deliveredAt: Date?
    @Null var to: String?
    @Null var reply: String?

    init(_ entry: LedgerEntry) {
        id = entry.id
        reference = entry.reference?.description
        trainer = entry.trainer
        rule = entry.rule
        channel = entry.channel
        audience = entry.audience
        revision = entry.revision
        status = entry.status
        reason = entry.reason
        dueAt = entry.dueAt
        localDueAt = entry.clock.text(entry.dueAt)
        waitUntil = entry.waitUntil
        attempts = entry.attempts
        attemptedAt = entry.attemptedAt
        sentAt = entry.sentAt
        deliveredAt = entry.deliveredAt
        to = entry.recipient
        // What is not tried while its channel is paused has no reply of its own.
        reply = entry.reply ?? entry.pause?.reason
    }
}
