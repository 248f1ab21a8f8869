import Booking
import BookingStoreTesting
import Foundation
import Postgres
import Schema
import Testing

@testable import BookingStore
@testable import Reminders

@Suite("The service role")
struct RoleTests {
    @Test("books, moves and sends messages")
    func works() async throws {
        try await withServiceRole { fixture, studio, maria in
            let request = try BookingFixture.request(studio, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            let start = try BookingFixture.instant("2027-01-05 11:00", at: studio)
            let moved = try await fixture.serving { connection in
                let booked = try await BookingTransaction(
                    connection: connection, actor: "service", noShowLimit: 2, request: request, key: "r1",
                    now: BookingFixture.now
                ).run().value().session
                var request = MoveRequest(booked.reference)
                request.start = start
                let move = MoveTransaction(request: request, studio: studio, now: BookingFixture.now)
                return try await FrontDesk(database: fixture.database, actor: "service", noShowLimit: 2).performOnce(
                    move.change(of: booked), ChangeRequest(now: BookingFixture.now, requestID: "r2"),
                    { try await move.run($0, on: $1) }, on: connection
                ).value()
            }
            #expect(moved.session.localStart == "2027-01-05 11:00 PST")
            let taken = try await fixture.serving { connection in
                let deliveries = DeliveryRepository(connection)
                let run = try await deliveries.openRun(actor: "service")
                _ = try await deliveries.markAbandonedAsUnknown()
                try await deliveries.plan(until: BookingFixture.now, now: BookingFixture.now)
                try await deliveries.release(until: BookingFixture.now)
                return try await deliveries.take(
                    run, by: .email, until: BookingFixture.now, now: BookingFixture.now, limit: 10)
            }
            #expect(taken.messages.map(\.rule) == ["rescheduled"])
            // The triggers wrote rows that the role cannot write itself.
            let traces = try await fixture.database.query(
                """
                SELECT (SELECT count(*) FROM free_session_claim),
                       (SELECT count(*) FROM event WHERE subject = 'session' AND actor = 'service')
                """
            ).decode((Int64, Int64).self)
            #expect(traces.map { [$0.0, $0.1] } == [[1, 2]])
        }
    }

    @Test("reads the identity of the database, and writes delivery epochs and senders")
    func keepsEpochs() async throws {
        try await withServiceRole { fixture, _, _ in
            let journal = UUID()
            let state = try await fixture.serving { connection in
                let epochs = DeliveryEpochRepository(connection)
                try await epochs.lock()
                try await epochs.identify()
                let run = try await DeliveryRepository(connection).openRun(actor: "service")
                try await epochs.register(journal, host: "host")
                _ = try await epochs.start(run, of: journal)
                try await epochs.begin(.databaseChanged, after: [], now: BookingFixture.now)
                try await epochs.markAwaitedAsMissing()
                #expect(try await epochs.heldMessages(until: BookingFixture.now)?.reason == .held)
                try await epochs.end(sentSince: nil)
                #expect(try await epochs.heldMessages(until: BookingFixture.now) == nil)
                return try await epochs.state(of: journal, runs: [])
            }
            #expect(state.systemIdentifier != nil && state.timeline == 1 && state.own == .done && !state.hasChanged)
        }
    }

    @Test("writes trainers, hours, absences, closures and clients")
    func keepsOffice() async throws {
        try await withServiceRole { fixture, studio, maria in
            try await fixture.serving { connection in
                let (from, until) = (BookingFixture.now, BookingFixture.now + 3600)
                try await TrainerRepository(connection).insert(
                    TrainerDetails(name: try PersonName("James"), homeStudio: studio.handle),
                    handle: try Handle("james"))
                try await HoursRepository(connection).set(
                    try WeeklyHours(parsing: "mon 09:00-12:00"), of: maria.id, at: studio.id, from: nil, until: nil,
                    today: try LocalDate("2027-01-02"))
                let absence = try await TimeOffRepository(connection).insert(
                    maria.id, from: from, until: until, reason: nil)
                #expect(try await TimeOffRepository(connection).remove(absence.number, of: maria.id) != nil)
                try await StudioRepository(connection).insert(
                    Closure(from: from, until: until, reason: "paint"), of: studio.id)
                try await StudioRepository(connection).update(studio.id, to: StudioDetails(of: studio))
                _ = try await ClientRepository(connection).insert(
                    ClientDetails(name: try PersonName("Ana"), email: try EmailAddress("ana@example.com"), phone: nil))
                try await TrainerRepository(connection).retire(maria.id, at: BookingFixture.now)
            }
        }
    }

    @Test("runs, dead-letters and requeues jobs, and closes days")
    func runsJobs() async throws {
        try await withServiceRole { fixture, studio, maria in
            try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            for statement in [
                "INSERT INTO job_runner (name, queues, lease_until) VALUES ('a', '{messages}', now() + interval '1 hour')",
                "INSERT INTO job_queue (name, rate_limit, rate_period) VALUES ('messages', 1000, '1 second')",
                "SELECT * FROM claim_jobs(1, 'messages', '{messages.deliver}', 10, false, NULL, NULL)",
                "SELECT * FROM claim_crashed_job(1, 'messages', '{messages.deliver}')",
                "SELECT record_job_results(array_agg(id), array_agg(token), '{failed}', '{0}', '{why}') FROM job",
                "INSERT INTO job SELECT (jsonb_populate_record(NULL::job, to_jsonb(d) || '{\"cancel_requested\": false}')).* "
                    + "FROM job_dead AS d",
                "DELETE FROM job_dead", "SELECT acknowledge_jobs('{1}', '{1}')", "SELECT * FROM rescue_jobs(25, 3)",
                "SELECT * FROM next_job_in('messages', '{messages.deliver}')", "SELECT * FROM close_days(now())",
                """
                INSERT INTO job_cron (key, schedule, time_zone, queue, kind, payload, priority, max_attempts)
                VALUES ('k', '* * * * *', 'UTC', 'default', 'k', '{}', 2, 1)
                """,
                "INSERT INTO job_period VALUES ('k', now())", "DELETE FROM job", "DELETE FROM job_runner",
            ] {
                try await fixture.serving { _ = try await $0.query("\(unsafeSQL: statement)") }
            }
        }
    }

    @Test("receives mail and delivery statuses")
    func receives() async throws {
        try await withServiceRole { fixture, studio, maria in
            try await fixture.serving { connection in
                let mails = InboundMailRepository(connection)
                let item = InboundMail.Item(sender: "a@b.test", subject: nil, excerpt: "hello", content: .other)
                let id = try #require(try await mails.insert(item, now: BookingFixture.now))
                #expect(try await mails.insert(item, now: BookingFixture.now) == nil)
                let evaluation = try await MailEvaluation(.other, now: BookingFixture.now, on: connection)
                try await mails.finish(id, evaluation, now: BookingFixture.now)
                #expect(try await mails.all(open: true, limit: 10).map(\.id) == [id])
                #expect(try await mails.markDone([id, id + 1], by: "service", now: BookingFixture.now) == [id])
                let statuses = TextStatusRepository(connection)
                let report = TextStatuses.Report(
                    providerID: "SM1", progress: .failed, detail: "failed", suppression: .hardBounce, recipient: nil)
                try await statuses.keep(report, by: "service", now: BookingFixture.now)
                try await statuses.applyEarly(["SM1"], now: BookingFixture.now)
                guard case .unknown = try await statuses.apply(report, by: "service", now: BookingFixture.now).subject
                else {
                    Issue.record("the status was applied to a text, although no text has this identifier")
                    return
                }
                try await statuses.keep(report, by: "service", now: BookingFixture.now + 8 * 86_400)
            }
        }
    }

    @Test("cannot forge events or claims, delete rows, or change the schema")
    func refused() async throws {
        try await withServiceRole { fixture, studio, maria in
            try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            for statement in [
                "INSERT INTO event (actor, subject, subject_id, action) VALUES ('x', 'session', 1, 'insert')",
                "INSERT INTO free_session_claim VALUES ('email:x@example.com', 1)",
                "DELETE FROM free_session_claim", "DELETE FROM session", "DELETE FROM message", "DELETE FROM client",
                "TRUNCATE message", "DELETE FROM inbound_mail", "DELETE FROM reminder_rule",
                "DELETE FROM schema_function",
                "CREATE TABLE public.mine ()", "ALTER TABLE session DISABLE TRIGGER ALL", "DROP FUNCTION plan_days",
                "SELECT setval(pg_get_serial_sequence('session', 'id'), 1)",
            ] {
                let error = await #expect(throws: PostgresError.self, "\(statement)") {
                    try await fixture.serving { try await $0.query("\(unsafeSQL: statement)") }
                }
                #expect(error?.sqlState == "42501", "\(statement)")
            }
        }
    }

    @Test("cannot create temporary tables, which could shadow the event log and the claims")
    func shadows() async throws {
        try await withServiceRole { fixture, _, _ in
            try await Schema.apply(to: fixture.database)
            let error = await #expect(throws: PostgresError.self) {
                try await fixture.serving { try await $0.query("CREATE TEMP TABLE event (id int)") }
            }
            #expect(error?.sqlState == "42501")
        }
    }
}

/// Runs a test with a studio and a trainer; cancels it if the server does not have the role.
private func withServiceRole(_ body: (BookingFixture, Studio, Trainer) async throws -> Void) async throws {
    try await withBookingFixture(connections: 1) { fixture in
        let roles = try await fixture.database.query("SELECT FROM pg_roles WHERE rolname = 'intro_service'")
        guard roles.count == 1 else {
            try Test.cancel("this server's user may not create roles")
        }
        try await body(fixture, try await fixture.addStudio(), try await fixture.addTrainer())
    }
}

extension BookingFixture {
    /// Runs a transaction as the service role.
    fileprivate func serving<Result: Sendable>(
        _ body: @Sendable (isolated Connection) async throws -> Result
    ) async throws -> Result {
        try await database.transaction { connection in
            try await connection.query("SET LOCAL ROLE intro_service")
            return try await body(connection)
        }
    }
}
