import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import SeededRandom
import Testing

@Suite("After any sequence of changes and corrections")
struct CorrectionPropertyTests {
    @Test("claims and eligibility follow from the statuses, and the event log replays to the rows", arguments: 0..<3)
    func statuses(seed: Int) async throws {
        try await withBookingFixture(connections: 2) { fixture in
            var random = SeededGenerator(seed: UInt64(seed))
            let chain = try await CorrectionModel(in: fixture)
            for step in 0..<120 {
                try await chain.changeAnything(using: &random)
                let note: Comment = "seed \(seed), step \(step)"
                #expect(try await chain.claims() == chain.expectedClaims(), note)
                if step % 10 == 9 {
                    for client in chain.clients { try await chain.expectEligibility(of: client, note) }
                }
            }
            let counts = try await chain.statuses()
            #expect(counts.count == 4, "each status occurs: \(counts)")
            #expect(try await chain.correctionCount() > 5, "seed \(seed) makes more than five corrections")
            #expect(try await chain.brokenEvents() == [], "seed \(seed)")
            try await expectInvariants(in: fixture, now: BookingFixture.now)
        }
    }
}

/// A studio with two trainers and five clients, of whom two share a phone.
private struct CorrectionModel {
    let fixture: BookingFixture
    let studio: Studio
    let trainers: [Trainer]
    let clients: [Client]

    init(in fixture: BookingFixture) async throws {
        self.fixture = fixture
        studio = try await fixture.addStudio { $0.offer.stations = 2 }
        trainers = [try await fixture.addTrainer("maria"), try await fixture.addTrainer("james")]
        var clients: [Client] = []
        for number in 0..<5 {
            let phone = number < 2 ? try PhoneNumber(e164: "+12135550142") : nil
            clients.append(
                try await fixture.administration.add(
                    ClientDetails(
                        name: try PersonName("Client \(number)"), email: try EmailAddress("c\(number)@example.com"),
                        phone: phone)))
        }
        self.clients = clients
    }

    /// Makes one random change; a refusal must be true.
    func changeAnything(using random: inout SeededGenerator) async throws {
        let sessions = try await references()
        let kind = Int.random(in: 0..<12, using: &random)
        guard kind > 2, let reference = sessions.randomElement(using: &random) else {
            return try await refusing(nil) { try await book(anyStart(&random), for: anyClient(&random), kind == 0) }
        }
        let request = ChangeRequest(now: BookingFixture.now, isDryRun: Int.random(in: 0..<8, using: &random) == 0)
        let desk = fixture.desk
        switch kind {
        case 3, 4:
            var move = MoveRequest(reference)
            move.start = try anyStart(&random)
            move.trainer = trainers.randomElement(using: &random)
            let planned = move
            try await refusing(nil) { _ = try await desk.reschedule(planned, request) }
        case 5:
            let party = Session.CancelledBy.allCases.randomElement(using: &random) ?? .client
            try await refusing(nil) { _ = try await desk.cancel(reference, by: party, reason: nil, request) }
        case 6...8:
            let outcome: Session.Status = Bool.random(using: &random) ? .attended : .noShow
            try await refusing(reference) {
                _ = try await desk.mark(reference, as: outcome, reason: "wrong", overrideReason: "early", request)
            }
        default:
            try await refusing(reference) { _ = try await desk.undo(reference, reason: "wrong", request) }
        }
    }

    private func anyStart(_ random: inout SeededGenerator) throws -> Date {
        let times = ["09:00", "09:30", "10:00", "10:30", "11:00"]
        let time: String = times.randomElement(using: &random) ?? ""
        return try BookingFixture.instant("2027-01-05 " + time, at: studio)
    }

    private func anyClient(_ random: inout SeededGenerator) -> Client {
        clients[Int.random(in: clients.indices, using: &random)]
    }

    private func book(_ start: Date, for client: Client, _ isOverride: Bool, isDryRun: Bool = false) async throws {
        var request = BookingRequest(studio: studio, who: .id(client.id), start: start)
        request.overrideReason = isOverride ? "the owner said so" : nil
        request.isDryRun = isDryRun
        _ = try await fixture.desk.book(request, now: BookingFixture.now)
    }

    /// Runs a change; the refusal of a correction must be explained by another session.
    private func refusing(_ corrected: Reference?, _ change: () async throws -> Void) async throws {
        do {
            try await change()
        } catch let refusal as Refusal {
            guard let corrected, refusal.rule != .notChangeable else { return }
            let conflict = Self.conflict(refusal.rule)
            let rows = try await fixture.database.query(
                """
                SELECT count(*)
                FROM session AS s
                JOIN session AS other ON other.id <> s.id
                WHERE s.reference = \(corrected.code)
                  AND s.status IN ('no_show', 'cancelled')
                  AND \(unsafeSQL: conflict)
                """)
            #expect(try rows.decode(Int64.self)[0] > 0, "\(refusal.rule): \(refusal.message)")
        }
    }

    /// The condition on the corrected session and the other one that explains a refusal.
    private static func conflict(_ rule: Refusal.Rule) -> String {
        let occupies = " AND other.status IN ('booked', 'attended')"
        switch rule {
        case .slotTaken: return "other.trainer_id = s.trainer_id AND other.occupied && s.occupied" + occupies
        case .studioFull: return "other.occupied && s.occupied" + occupies
        case .clientBusy: return "other.client_id = s.client_id AND other.starts_at = s.starts_at" + occupies
        case .introAlreadyBooked, .introAlreadyUsed: return "NOT s.waived" + occupies
        case .tooManyNoShows: return "s.status = 'cancelled' AND other.status = 'no_show'"
        default: return "false"
        }
    }

    private func references() async throws -> [Reference] {
        try await fixture.database.query("SELECT reference FROM session ORDER BY id").decode(String.self)
            .map { try Reference($0) }
    }

    func claims() async throws -> [String] {
        try await fixture.database.query("SELECT contact || ' ' || session_id FROM free_session_claim ORDER BY 1")
            .decode(String.self)
    }

    /// The claims by the statuses of the sessions alone.
    func expectedClaims() async throws -> [String] {
        try await fixture.database.query(
            """
            SELECT DISTINCT contact_key(contact) || ' ' || s.id
            FROM session AS s
            JOIN client AS c ON c.id = s.client_id
            CROSS JOIN unnest(client_contacts(c.email_key, c.phone) || s.named_contacts) AS contact
            WHERE s.status IN ('booked', 'attended') AND NOT s.waived
            ORDER BY 1
            """
        ).decode(String.self)
    }

    /// Compares whether a client may book with the statuses of the sessions of all people with the same contacts.
    func expectEligibility(of client: Client, _ note: Comment) async throws {
        let counts = try await fixture.database.query(
            """
            SELECT count(*) FILTER (WHERE s.status = 'attended'),
                   count(*) FILTER (WHERE s.status = 'booked' AND NOT s.waived),
                   count(*) FILTER (WHERE s.status = 'no_show')
            FROM session AS s
            JOIN client AS c ON c.id = s.client_id
            WHERE c.id = \(client.id.value) OR c.phone = \(client.phone?.e164)
            """
        ).decode((Int64, Int64, Int64).self)[0]
        var expected: Refusal.Rule?
        if counts.2 > 1 { expected = .tooManyNoShows }
        if counts.1 > 0 { expected = .introAlreadyBooked }
        if counts.0 > 0 { expected = .introAlreadyUsed }
        var refused: Refusal.Rule?
        do {
            try await book(
                try BookingFixture.instant("2027-01-06 09:00", at: studio), for: client, false, isDryRun: true)
        } catch let refusal as Refusal {
            refused = refusal.rule
        }
        #expect(refused == expected, note)
    }

    func statuses() async throws -> [String] {
        try await fixture.database.query("SELECT DISTINCT after ->> 'status' FROM event WHERE subject = 'session'")
            .decode(String.self)
    }

    func correctionCount() async throws -> Int64 {
        try await fixture.database.query(
            """
            SELECT count(*)
            FROM event
            WHERE subject = 'session' AND action = 'update' AND before ->> 'status' <> 'booked'
              AND before ->> 'status' <> after ->> 'status' AND reason = 'wrong'
            """
        ).decode(Int64.self)[0]
    }

    /// The sessions whose events do not follow from each other, or do not end with the row.
    func brokenEvents() async throws -> [Int64] {
        try await fixture.database.query(
            """
            SELECT DISTINCT s.id
            FROM session AS s
            LEFT JOIN LATERAL (
                SELECT before, after, lag(after) OVER (ORDER BY id) AS previous,
                       row_number() OVER (ORDER BY id DESC) AS place
                FROM event
                WHERE subject = 'session' AND subject_id = s.id
            ) AS log ON true
            WHERE log.before IS DISTINCT FROM log.previous
               OR log.place IS NULL
               OR log.place = 1 AND log.after <> to_jsonb(s)
            """
        ).decode(Int64.self)
    }
}
