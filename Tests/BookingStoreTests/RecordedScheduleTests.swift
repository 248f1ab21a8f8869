import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import SeededRandom
import Testing

@Suite("Schedules as they were recorded")
struct RecordedScheduleTests {
    /// One line per session of a trainer's schedule.
    fileprivate typealias Lines = [String]

    fileprivate struct Record {
        let at: Date
        let schedules: [Lines]
    }

    @Test(
        "recorded schedules equal the past schedules and a replay of the log, after random changes",
        arguments: [1, 2, 3] as [UInt64])
    func random(seed: UInt64) async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 3 }
            var trainers: [Trainer] = []
            for handle in ["maria", "james"] {
                trainers.append(try await fixture.addTrainer(handle, hours: "daily 09:00-17:00"))
            }
            var chance = SeededGenerator(seed: seed)
            var records: [Record] = []
            var references: [Reference] = []
            for round in 0..<30 {
                try await fixture.change(&references, round, at: studio, trainers, &chance)
                records.append(try await fixture.record(trainers))
            }
            #expect(references.count > 3)
            #expect(Set(records.map(\.schedules)).count > 10)
            for record in records {
                for (trainer, lines) in zip(trainers, record.schedules) {
                    let recorded = try await fixture.database.withConnection { connection in
                        try await EventRepository(connection).schedule(
                            of: trainer.id, on: BookingFixture.dates(), recordedAt: record.at)
                    }
                    #expect(recorded.map(BookingFixture.line) == lines)
                    #expect(try await fixture.replay(trainer, until: record.at) == lines.map { String($0.prefix(8)) })
                }
            }
        }
    }

    @Test("reads the sessions of the trainer and those that were moved away, not the whole log")
    func plan() async throws {
        try await withLargeDataset { fixture, _, maria in
            try await fixture.database.withConnection { connection in
                try await connection.execute(
                    script: """
                        INSERT INTO event (actor, subject, subject_id, action, before, after)
                        SELECT 'test', 'session', id, 'update', to_jsonb(s), to_jsonb(s) FROM session AS s;
                        ANALYZE event;
                        """)
            }
            let read = try await fixture.database.transaction { connection in
                let before = try await Self.eventsRead(on: connection)
                let schedule = try await EventRepository(connection).schedule(
                    of: maria.id, on: BookingFixture.dates(), recordedAt: Date())
                #expect(!schedule.isEmpty)
                return try await Self.eventsRead(on: connection) - before
            }
            #expect(read < 3000, "\(read) of 30,000 events were read")
        }
    }

    private static func eventsRead(on connection: Connection) async throws -> Int64 {
        try await connection.query(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'event'"
        ).decode(Int64.self)[0]
    }
}

extension BookingFixture {
    /// The dates of all sessions in these tests.
    fileprivate static func dates() throws -> ClosedRange<LocalDate> {
        try LocalDate("2027-01-01")...LocalDate("2027-01-12")
    }

    fileprivate static func line(_ session: Session) -> String {
        [
            session.reference.code, "\(session.startsAt.timeIntervalSince1970)", session.status.rawValue,
            session.client.name, "\(session.revision)", session.confirmedAt == nil ? "" : "confirmed",
            session.notes.map(\.text).joined(separator: ","),
        ].joined(separator: " ")
    }

    /// Makes one random change; a change that a rule refuses changes nothing.
    fileprivate func change(
        _ references: inout [Reference], _ round: Int, at studio: Studio, _ trainers: [Trainer],
        _ chance: inout SeededGenerator
    ) async throws {
        let trainer = trainers.randomElement(using: &chance)
        let day = Int.random(in: 4...8, using: &chance)
        let start = "2027-01-0\(day) \(["09", "10", "11", "12"].randomElement(using: &chance) ?? "09"):00"
        let kind = Int.random(in: 0..<7, using: &chance)
        do {
            guard kind > 2, let reference = references.randomElement(using: &chance) else {
                let session = try await book(studio, start, for: "client-\(round)@example.com", with: trainer)
                references.append(session.reference)
                return
            }
            switch kind {
            case 3, 4:
                _ = try await desk.reschedule(
                    reference, to: try Self.instant(start, at: studio), with: trainer, overrideReason: nil,
                    now: Self.now)
            case 5: _ = try await desk.cancel(reference, reason: nil, now: Self.now)
            default:
                _ = try await desk.confirm(reference, now: Self.now)
                _ = try await administration.addNote(
                    SingleLineText("Note \(round)", field: "note"), about: .id(Client.ID(1)), now: Self.now)
                try await database.query(
                    "UPDATE client SET name = 'Name ' || \(Int64(round)) WHERE id = (SELECT max(id) FROM client)")
            }
        } catch is Refusal {}
    }

    /// Returns the present schedules and the present time of the database.
    fileprivate func record(_ trainers: [Trainer]) async throws -> RecordedScheduleTests.Record {
        let schedules = try await database.withConnection { connection in
            var schedules: [[String]] = []
            for trainer in trainers {
                schedules.append(
                    try await SessionRepository(connection).all(of: trainer.id, on: Self.dates()).map(Self.line))
            }
            return schedules
        }
        let at = try await database.query("SELECT clock_timestamp()").decode(Date.self)[0]
        return RecordedScheduleTests.Record(at: at, schedules: schedules)
    }

    /// Returns the references of a trainer's sessions by start, from all events until an instant in their order.
    fileprivate func replay(_ trainer: Trainer, until instant: Date) async throws -> [String] {
        let events = try await database.query(
            """
            SELECT after ->> 'reference', (after ->> 'starts_at')::timestamptz, (after ->> 'trainer_id')::integer,
                   after ->> 'status'
            FROM event
            WHERE subject = 'session' AND at <= \(instant)
            ORDER BY id
            """
        ).decode((String, Date, Int32, String).self)
        var rows: [String: (start: Date, trainer: Int32, status: String)] = [:]
        for (reference, start, trainer, status) in events { rows[reference] = (start, trainer, status) }
        return rows.filter { $0.value.trainer == trainer.id.value && $0.value.status != "cancelled" }
            .sorted { $0.value.start < $1.value.start }.map(\.key)
    }
}
