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

    init(_ tally: ReminderRun.Tally) {
        due = tally.due
        sent = tally.sent
        failed = tally.failed
        unknown = tally.unknown
        skipped = tally.skipped
    }
}

/// A row of the ledger as JSON has it.
struct LedgerRecord: Encodable {
    let reference: String
    let rule: String
    let channel: String
    let revision: Int32
    let status: String
    @Null var reason: String?
    let dueAt: Date
    @Null var sentAt: Date?
    @Null var to: String?

    init(_ entry: LedgerEntry) {
        reference = entry.reference.description
        rule = entry.rule
        channel = entry.channel
        revision = entry.revision
        status = entry.status
        reason = entry.reason
        dueAt = entry.dueAt
        sentAt = entry.sentAt
        to = entry.recipient
    }
}
