import Booking
import BookingStore
import FoundationEssentials

/// An entry of the suppression list as JSON has it.
struct SuppressionRecord: Encodable {
    let address: String
    let channel: String
    let reason: String
    @Null var detail: String?
    let at: Date
    let by: String

    init(_ entry: Suppression) {
        address = entry.address
        channel = entry.channel.rawValue
        reason = entry.reason.rawValue
        detail = entry.detail
        at = entry.at
        by = entry.actor
    }
}

/// What a person wants, as JSON has it.
struct ConsentRecord: Encodable {
    let channel: String
    let scope: String
    let granted: Bool
    let at: Date
    let how: String
    let by: String

    init(_ consent: Consent) {
        channel = consent.channel.rawValue
        scope = consent.scope.rawValue
        granted = consent.isGranted
        at = consent.at
        how = consent.how
        by = consent.actor
    }
}

/// What was written down of a person's wishes, as JSON has it.
struct WishRecord: Encodable {
    let client: Int64
    let consents: [ConsentRecord]
    let suppressions: [SuppressionRecord]

    init(_ record: ConsentDesk.Record) {
        client = record.client.id.value
        consents = record.consents.map { ConsentRecord($0) }
        suppressions = record.suppressions.map { SuppressionRecord($0) }
    }
}
