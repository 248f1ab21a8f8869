import Postgres
import PostgresTesting
import Testing

@Suite(
    "connections that break at COMMIT", .timeLimit(.minutes(30)),
    .enabled(if: Studio.isOnPrivateServer, "needs a Unix socket"))
struct CommitTests {
    /// Runs a test with a studio whose connections break at the next COMMIT.
    private func withBreaking(
        _ fault: CommitProxy.Fault, _ body: (_ direct: Studio, _ breaking: Studio) async throws -> Void
    ) async throws {
        try await Studio.with { studio in
            let (name, folder) = try await studio.database.query(
                "SELECT current_database()::text, current_setting('unix_socket_directories')"
            ).decode((String, String).self)[0]
            let proxy = try CommitProxy(toServerIn: folder)
            defer { proxy.stop() }
            let breaking = studio.reached(by: "host=\(proxy.folder) port=5432 user=postgres dbname=\(name)")
            // Each test makes one transaction; the statements before it are single reads without BEGIN and COMMIT.
            proxy.arm(fault)
            try await body(studio, breaking)
        }
    }

    @Test(
        "a booking is made once and reported as made, with and without a request id",
        arguments: [CommitProxy.Fault.beforeServer, .afterServer], [[], ["--request-id", "form-1"]])
    func booking(fault: CommitProxy.Fault, key: [String]) async throws {
        try await withBreaking(fault) { studio, breaking in
            let result = try await breaking.intro(
                [
                    "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at",
                    "2026-12-01 09:00", "--json",
                ] + key)
            #expect(result.exit == 0, "\(result.stderr)")
            let booked = try result.printed
            #expect(booked["created"] == true)
            #expect(try await studio.count("session") == 1)
            #expect(try await studio.count("client") == 1)
            #expect(try await studio.count("message", where: "rule = 'confirmation'") == 1)
            #expect(try await studio.answer("show", booked["reference"]?.text ?? "") == booked.withoutResult)
        }
    }

    @Test("a refusal is reported as a refusal", arguments: [CommitProxy.Fault.beforeServer, .afterServer])
    func refusal(fault: CommitProxy.Fault) async throws {
        try await withBreaking(fault) { studio, breaking in
            try await studio.book("Ben", at: "2026-12-01 09:00")
            let result = try await breaking.intro(
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at",
                "2026-12-01 09:00", "--json")
            #expect(result.exit == 3)
            #expect(result.error?.code == "slot_taken")
        }
    }

    @Test(
        "a cancellation with an unknown outcome exits with 75, and show prints its real status",
        arguments: zip([CommitProxy.Fault.beforeServer, .afterServer], ["booked", "cancelled"]))
    func cancellation(fault: CommitProxy.Fault, status: String) async throws {
        try await withBreaking(fault) { studio, breaking in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let result = try await breaking.intro("cancel", reference, "--json")
            #expect(result.exit == 75)
            #expect(result.stdout.isEmpty)
            #expect(result.error?.code == "try_again")
            #expect(try await studio.answer("show", reference)["status"] == .text(status))
        }
    }

    @Test(
        "a cancellation with a request id is made once and reported as made",
        arguments: [CommitProxy.Fault.beforeServer, .afterServer])
    func repeatable(fault: CommitProxy.Fault) async throws {
        try await withBreaking(fault) { studio, breaking in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let result = try await breaking.intro("cancel", reference, "--request-id", "call-1", "--json")
            #expect(result.exit == 0, "\(result.stderr)")
            #expect(try result.printed["status"] == "cancelled" && result.printed["repeated"] == nil)
            #expect(try await studio.count("event", where: "after ->> 'status' = 'cancelled'") == 1)
        }
    }
}
