import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Logging
import Messaging
import MessagingTesting
import Postgres
import PostgresTesting

@testable import Reminders

/// A studio in Los Angeles with one trainer, and the runs that send its messages.
struct DeliveryFixture {
    /// 2027-01-02 00:00 UTC, a Friday at 4 PM in Los Angeles.
    static let now = Date(timeIntervalSince1970: 1_798_848_000)

    let store: BookingFixture
    let studio: Studio
    let maria: Trainer

    /// Books a session at a local time of the studio.
    @discardableResult
    func book(
        _ at: String, for email: String = "ana@example.com", phone: String? = nil, name: String = "Ana",
        now: Date = DeliveryFixture.now, overriding reason: String? = nil
    ) async throws -> Session {
        let address = try EmailAddress(email)
        var request = BookingRequest(
            studio: studio, who: .email(address),
            start: try TimePhrase.instant(at, in: TimePhraseContext(clock: studio.clock, now: now)))
        request.trainer = maria
        request.newClient = ClientDetails(
            name: try PersonName(name), email: address, phone: try phone.map { try PhoneNumber(e164: $0) })
        request.overrideReason = reason
        return try await store.desk.book(request, now: now).session
    }

    /// Returns the instant of a local time of the studio.
    func instant(_ at: String) throws -> Date {
        try TimePhrase.instant(at, in: TimePhraseContext(clock: studio.clock, now: Self.now))
    }

    /// Inserts sessions ten days ahead by SQL, each with a due confirmation; clients are c1@example.com, c2@example.com
    /// and so on.
    func fill(_ count: Int) async throws {
        try await store.database.withConnection { connection in
            try await connection.query(
                """
                INSERT INTO client (name, email, email_key)
                SELECT 'Client ' || n, 'c' || n || '@example.com', 'c' || n || '@example.com'
                FROM generate_series(1, \(count)) AS n
                """)
            try await connection.query(
                """
                INSERT INTO session (
                    reference, studio_id, trainer_id, client_id, station, starts_at, ends_at, occupied, booked_at,
                    arranged_at)
                SELECT lpad(id::text, 8, '0'), \(studio.id.value), \(maria.id.value), id, 1, starts,
                       starts + interval '20 minutes', tstzrange(starts, starts + interval '30 minutes'), \(Self.now),
                       \(Self.now)
                FROM client, LATERAL (SELECT \(Self.now) + interval '10 days' + id * interval '30 minutes') AS at (starts)
                """)
            try await connection.query(
                """
                INSERT INTO message (session_id, studio_id, rule, channel, revision, due_at)
                SELECT id, studio_id, 'confirmation', 'email', revision, \(Self.now)
                FROM session
                """)
        }
    }

    /// Creates a run whose sessions claim 1, 2, 4, … messages, regardless of the machine's load.
    func batch(
        to transport: any Transport<MailEnvelope>, texts: any Transport<TextMessage> = ScriptedTextTransport(),
        connections: Int = 2,
        mode: DeliveryRun.DeliveryMode = .manual, at now: Date = DeliveryFixture.now,
        maximumClaimAge: Duration = .seconds(600),
        reach: Duration = .seconds(600), on database: Database? = nil, templates: TemplateStore? = nil,
        journal: AttemptJournal? = nil, host: String = "a", logger: Logger = .silent
    ) throws -> DeliveryRun {
        let templateStore = try templates ?? TemplateStore()
        let mail = MailComposer(
            templates: templateStore, sender: try Mailbox(name: "Intro", address: "desk@intro.test"))
        let text = TextComposer(templates: templateStore, sender: try TextSender("+12135550100"))
        let start = ContinuousClock.now
        var run = DeliveryRun(
            database: database ?? store.database,
            mail: DeliveryChannel(.email, by: transport, connections: connections) {
                try mail.renderedMessage(for: $0, at: $1)
            },
            texts: DeliveryChannel(.sms, by: texts, connections: connections) {
                try text.renderedMessage(for: $0, at: $1)
            },
            actor: "test",
            mode: mode, clock: { now }, maximumClaimAge: maximumClaimAge, reach: reach, host: host,
            templates: templateStore,
            journal: journal,
            logger: logger)
        run.stopwatch = { start }
        return run
    }

    /// Sends due messages.
    @discardableResult
    func send(
        to transport: any Transport<MailEnvelope>, texts: any Transport<TextMessage> = ScriptedTextTransport(),
        connections: Int = 2,
        at now: Date = DeliveryFixture.now, limit: Int? = nil
    ) async throws -> DeliveryRun.Report {
        try await batch(to: transport, texts: texts, connections: connections, at: now).send(until: nil, limit: limit)
    }

    /// Returns a summary of the ledger by due time: `confirmation 1 sent`, `three-days 1 skipped late_booking`.
    func ledger(of session: Session? = nil) async throws -> [String] {
        try await store.database.withConnection { connection in
            try await LedgerRepository(connection).entries(of: session?.reference, status: nil)
        }.map { entry in
            ["\(entry.rule) \(entry.revision) \(entry.status)", entry.reason?.rawValue].compactMap(\.self)
                .joined(separator: " ")
        }
    }

    /// Returns the number of ledger rows by status and reason, such as `["sent": 3, "queued not_sent": 1]`.
    func counts() async throws -> [String: Int] {
        let rows = try await store.database.query(
            "SELECT status || coalesce(' ' || reason, ''), count(*) FROM message GROUP BY 1"
        ).decode((String, Int).self)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, $0.1) })
    }
}

/// Runs a test with a studio of its own.
func withDeliveryFixture<Result>(connections: Int = 8, _ body: (DeliveryFixture) async throws -> Result) async throws
    -> Result
{
    try await withBookingFixture(connections: connections) { store in
        let studio = try await store.addStudio { studio in
            studio.address = "500 S Hope St, Los Angeles, CA 90071"
            studio.phone = try PhoneNumber(e164: "+12135550100")
            studio.email = try EmailAddress("downtown@example.com")
            studio.offer.horizonMinutes = 400 * 24 * 60
        }
        return try await body(DeliveryFixture(store: store, studio: studio, maria: try await store.addTrainer()))
    }
}

func transport(to url: String, timeouts: SMTPTimeouts = SMTPTimeouts()) throws -> any Transport<MailEnvelope> {
    try MailTransportURL(parsing: url).makeTransport(timeouts: timeouts)
}

extension [ReceivedMessage] {
    /// The Message-IDs in order, repeated as often as they arrived.
    var ids: [String] {
        compactMap { message in
            message.content.split(whereSeparator: \.isNewline).first { $0.hasPrefix("Message-ID: <") }
                .map { String($0.dropFirst("Message-ID: <".count).dropLast()) }
        }.sorted()
    }
}

extension DeliveryRun.Counts {
    /// Whether the counts are consistent, as required of every run.
    var isComplete: Bool { due == sent + failed + unknown + skipped }
}
