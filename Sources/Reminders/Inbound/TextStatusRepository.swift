import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// The stored delivery statuses of text messages.
struct TextStatusRepository {
    /// A text message in the ledger that a report concerns.
    private struct Text {
        let id: Int64
        let status: TextDelivery.Status
        let isDelivered: Bool
        let recipient: String?
    }

    /// The time after an attempt during which a report without a known ID can be matched by number.
    private static let reach: TimeInterval = 2 * 86_400
    /// The time that an unmatched report is kept.
    private static let retention: TimeInterval = 7 * 86_400

    let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Applies a report to the message that it concerns, if that is known.
    func apply(_ report: TextStatuses.Report, by actor: String, now: Date) async throws -> TextStatuses.Receipt {
        if let text = try await text(of: report, now: now) {
            let changed = try await update(text, by: report, actor: actor, now: now)
            try await deleteUnmatched(report.providerID)
            let entry = try await LedgerRepository(connection).entry(text.id)
            return TextStatuses.Receipt(subject: .message(entry), changed: changed)
        }
        if let answer = try await answer(of: report) {
            let changed = try await update(answer, by: report, actor: actor, now: now)
            try await deleteUnmatched(report.providerID)
            return TextStatuses.Receipt(subject: .answer(toText: answer.id), changed: changed)
        }
        return TextStatuses.Receipt(subject: .unknown, changed: false)
    }

    /// Applies reports that arrived before the provider's IDs of their text messages were stored.
    func applyEarly(_ providerIDs: [String], now: Date) async throws {
        let early = try await connection.query(
            """
            SELECT provider_id, status, detail, suppression, actor
            FROM unmatched_text_status
            WHERE provider_id = ANY(\(providerIDs))
            """
        ).decode((String, String, String, String?, String).self)
        for row in early {
            let report = TextStatuses.Report(
                providerID: row.0, progress: row.1 == "delivered" ? .delivered : .failed, detail: row.2,
                suppression: try row.3.map { try storedCode($0) }, recipient: nil)
            _ = try await apply(report, by: row.4, now: now)
        }
    }

    /// Stores a final status until its text message is known; a delivered status takes precedence.
    ///
    /// Statuses older than seven days are removed.
    func keep(_ report: TextStatuses.Report, by actor: String, now: Date) async throws {
        try await connection.query(
            """
            INSERT INTO unmatched_text_status (provider_id, status, detail, suppression, received_at, actor)
            VALUES (
                \(report.providerID), \(report.progress == .delivered ? "delivered" : "failed"), \(report.detail),
                \(report.suppression?.rawValue), \(now), \(actor))
            ON CONFLICT ON CONSTRAINT unmatched_text_status_pkey
            DO UPDATE SET status = excluded.status, detail = excluded.detail, suppression = excluded.suppression
            WHERE unmatched_text_status.status <> 'delivered'
            """)
        try await connection.query(
            "DELETE FROM unmatched_text_status WHERE received_at < \(now - Self.retention)")
    }

    private func deleteUnmatched(_ providerID: String) async throws {
        try await connection.query("DELETE FROM unmatched_text_status WHERE provider_id = \(providerID)")
    }
}

extension TextStatusRepository {
    /// Returns the text message with the report's ID, otherwise the only one to its number with an unknown outcome.
    private func text(of report: TextStatuses.Report, now: Date) async throws -> Text? {
        let named = try await read(
            """
            m.provider_id = \(report.providerID)
            ORDER BY m.recipient = \(report.recipient?.e164) DESC NULLS LAST, m.attempted_at DESC, m.id DESC
            LIMIT 1
            FOR UPDATE
            """
        ).first
        if let named { return named }
        guard let recipient = report.recipient else { return nil }
        let candidates = try await read(
            """
            m.status IN ('unknown', 'attempting')
              AND m.channel = 'sms'
              AND m.provider_id IS NULL
              AND m.recipient = \(recipient.e164)
              AND m.attempted_at > \(now - Self.reach)
              AND NOT EXISTS (
                  SELECT FROM inbound_text AS answered
                  WHERE answered.sender = m.recipient
                    AND answered.answered IN ('attempting', 'unknown')
                    AND answered.received_at > \(now - Self.reach))
            FOR UPDATE
            """)
        guard candidates.count == 1, let only = candidates.first, only.status == .unknown else { return nil }
        try await connection.query("UPDATE message SET provider_id = \(report.providerID) WHERE id = \(only.id)")
        return only
    }

    private func read(_ condition: SQL) async throws -> [Text] {
        try await connection.query(
            "SELECT m.id, m.status, m.delivered_at IS NOT NULL, m.recipient FROM message AS m WHERE \(condition)"
        ).decode((Int64, String, Bool, String?).self).map {
            Text(id: $0.0, status: try storedCode($0.1), isDelivered: $0.2, recipient: $0.3)
        }
    }

    private func update(
        _ text: Text, by report: TextStatuses.Report, actor: String, now: Date
    ) async throws -> Bool {
        switch TextDelivery.change(of: text.status, isDelivered: text.isDelivered, by: report.progress) {
        case .none: return false
        case .sent: try await LedgerRepository(connection).markSent(text.id, deliveredAt: nil)
        case .delivered(let afterFailure):
            try await LedgerRepository(connection).markSent(text.id, deliveredAt: now)
            // A delivered message shows that the number is valid.
            if afterFailure, let number = text.recipient {
                try await ConsentRepository(connection).lift(.sms, number, .hardBounce)
            }
        case .failed:
            try await LedgerRepository(connection).markUndelivered(
                text.id, reason: report.suppression == .optOut ? .optedOut : .undelivered, reply: report.detail)
            try await suppress(text.recipient, by: report, actor: actor, now: now)
        }
        return true
    }

    private func suppress(
        _ number: String?, by report: TextStatuses.Report, actor: String, now: Date
    ) async throws {
        guard let number, let reason = report.suppression else { return }
        try await ConsentRepository(connection).suppress(
            Suppression(
                channel: .sms, address: number, reason: reason, detail: report.detail, at: now, actor: actor))
    }
}

extension TextStatusRepository {
    /// A reply to a text message that a report concerns.
    private struct Answer {
        let id: Int64
        let sender: String
        let answered: String
    }

    private func answer(of report: TextStatuses.Report) async throws -> Answer? {
        try await connection.query(
            "SELECT id, sender, answered FROM inbound_text WHERE answer_id = \(report.providerID) FOR UPDATE"
        ).decode((Int64, String, String).self).first.map { Answer(id: $0.0, sender: $0.1, answered: $0.2) }
    }

    private func update(
        _ answer: Answer, by report: TextStatuses.Report, actor: String, now: Date
    ) async throws -> Bool {
        guard report.progress == .failed, answer.answered != "failed" else { return false }
        try await InboundRepository(connection).answered(answer.id, .failed, reply: report.detail)
        try await suppress(answer.sender, by: report, actor: actor, now: now)
        return true
    }
}
