import Foundation
import MessagingTesting
import PostgresTesting
import Testing

@Suite("different time zone rules of PostgreSQL and the binary")
struct TimeZoneTests {
    @Test(
        "setup --check exits with 78, and run and jobs stats warn",
        .enabled(if: InstalledPrograms.canMountPrivately, "only root may replace the server's rules"))
    func warned() async throws {
        let server = try await TestServer.start()
        try await server.stop()
        // In this mount namespace, Los Angeles and Denver have the rules of Phoenix, as if the server had newer time zone
        // data.
        try await server.resume(
            through: "unshare", "--mount", "bash", "-c",
            """
            mount --bind /usr/share/zoneinfo/America/Phoenix /usr/share/zoneinfo/America/Los_Angeles \
                && mount --bind /usr/share/zoneinfo/America/Phoenix /usr/share/zoneinfo/America/Denver && exec "$@"
            """, "bash")
        try await Studio.on(server) { studio in
            let added = try await studio.intro(
                "client", "add", "Ana", "--email", "ana@example.com", "--time-zone", "America/Denver")
            #expect(added.exit == 0, "\(added.stderr)")
            let check = try await studio.intro("setup", "--check", "--json")
            #expect(check.exit == 78)
            #expect(check.error?.code == "time_zones")
            #expect(check.error?.message.contains("America/Los_Angeles: from 2026-11-30 on") == true, "\(check.stderr)")
            #expect(check.error?.message.contains("America/Denver: from 2027-03-14 on") == true, "\(check.stderr)")
            for words in [["run", "--drain"], ["jobs", "stats"]] {
                let result = try await studio.intro(words)
                #expect(result.exit == 0)
                #expect((result.stdout + result.stderr).contains("America/Los_Angeles"), "\(result.stderr)")
            }
        }
        try await server.stop()
    }
}
