import Postgres
import PostgresTesting
import Testing

@Suite(
    "bookings that the synchronous standby does not confirm", .timeLimit(.minutes(30)),
    .enabled(if: Studio.isOnPrivateServer, "needs servers of its own"))
struct UnreplicatedBookingTests {
    @Test("a booking is acknowledged, also to a repeated request, only once the standby has confirmed it")
    func repetition() async throws {
        let primary = try await TestServer.startReplicated()
        try await Studio.on(primary) { studio in
            let standby = try await primary.makeStandby(isSynchronous: true)
            try await standby.stop(.immediate)
            let booking = [
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at",
                "2026-12-01 09:00", "--request-id", "r1", "--json",
            ]
            for _ in 1...2 {
                let result = try await studio.intro(booking) { process in
                    // As the time limit of a statement does, which is a minute.
                    while !hasEnded(process) {
                        try await studio.database.query(
                            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
                        try await Task.sleep(for: .milliseconds(10))
                    }
                }
                #expect(result.exit == 75, "\(result.stdout)\(result.stderr)")
                #expect(result.error?.code == "try_again")
                #expect(result.stdout.isEmpty)
            }
            #expect(try await studio.count("session") == 1, "the session is committed on the primary only")
            try await studio.database.query("ALTER SYSTEM SET synchronous_standby_names = ''")
            try await studio.database.query("SELECT pg_reload_conf()")
            #expect(try await studio.answer(booking)["client"]?["name"] == "Ana")
            #expect(try await studio.count("session") == 1)
        }
        try await primary.stop(.immediate)
    }
}
