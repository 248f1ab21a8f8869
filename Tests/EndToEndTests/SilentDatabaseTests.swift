import Foundation
import PostgresTesting
import Testing

@Suite(
    "databases that stop answering without closing connections", .timeLimit(.minutes(30)),
    .enabled(if: Studio.isOnPrivateServer))
struct SilentDatabaseTests {
    private let booking = [
        "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at", "2026-12-01 09:00",
        "--request-id", "r1", "--json",
    ]

    @Test("a booking in progress exits with 69 or 75, is not made, and can be repeated")
    func booking() async throws {
        try await withProxy { studio, proxy in
            let result = try await studio.whileTableIsLocked { waiting in
                let result = try await studio.reached(through: proxy).intro(booking) { _ in
                    try await waiting()
                    proxy.stall(.everything)
                }
                _ = try await studio.ask(
                    """
                    SELECT count(pg_terminate_backend(pid))
                    FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'psql'
                    """)
                return result
            }
            #expect([69, 75].contains(result.exit), "\(result.stderr)")
            #expect(result.stdout.isEmpty)
            proxy.resume()
            let again = try await studio.answer(booking)
            #expect(again["client"]?["name"] == "Ana")
            #expect(try await studio.count("session") == 1)
        }
    }

    @Test("a new command exits with 69")
    func newCommand() async throws {
        try await withProxy { studio, proxy in
            proxy.stall(.everything)
            let result = try await studio.reached(through: proxy).intro("schedule", "maria", "--json")
            #expect(result.exit == 69 && result.error?.code == "database_unreachable", "\(result.stderr)")
        }
    }

    @Test("status and doctor do not connect again for the form of times")
    func connectsOnce() async throws {
        try await withProxy { studio, proxy in
            proxy.stall(.everything)
            var connections: [Int] = []
            for command in [["schedule", "maria"], ["status"], ["doctor"]] {
                let before = proxy.accepted
                let result = try await studio.reached(through: proxy).intro(command)
                #expect(result.exit != 0, "\(command)")
                connections.append(proxy.accepted - before)
            }
            #expect(connections[0] > 0 && Set(connections).count == 1, "\(connections)")
        }
    }

    @Test("a runner sends no watchdog notices without heartbeats, and exits after SIGTERM")
    func runner() async throws {
        try await withProxy { studio, proxy in
            let manager = try ServiceManager(in: studio.home)
            let result = try await studio.reached(through: proxy).intro(
                ["run"], environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "300000"]
            ) { process in
                try await wait(until: "watchdog notices arrive") { manager.received("WATCHDOG=1") > 0 }
                proxy.stall(.everything)
                // The lease of the last heartbeat lasts 25 seconds; after it, no notices are sent.
                try await wait(until: "no watchdog notices arrive") {
                    let before = manager.received("WATCHDOG=1")
                    try await Task.sleep(for: .milliseconds(900))
                    return manager.received("WATCHDOG=1") == before
                }
                kill(process, SIGTERM)
            }
            #expect([0, 69, 75].contains(result.exit), "\(result.exit): \(result.stderr)")
            proxy.resume()
        }
    }

    private func withProxy(_ body: (Studio, StallingProxy) async throws -> Void) async throws {
        try await Studio.with { studio in
            let folder = String(try #require(studio.conninfo.firstMatch(of: /host=(\S+)/)?.output.1))
            let proxy = try StallingProxy(toServerIn: folder)
            defer { proxy.stop() }
            try await body(studio, proxy)
        }
    }
}

extension Studio {
    /// The same studio, reached through a proxy.
    fileprivate func reached(through proxy: StallingProxy) -> Studio {
        reached(by: conninfo.replacing(/host=\S+/, with: "host=\(proxy.folder)"))
    }
}
