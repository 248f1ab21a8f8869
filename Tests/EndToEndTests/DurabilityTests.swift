import Foundation
import Subprocess
import Testing

@Suite("durability of sent messages", .timeLimit(.minutes(30)))
struct DurabilityTests {
    @Test("messages reported as sent are still sent after the server was killed")
    func killedServer() async throws {
        try await TemporaryHome.with { home in
            let now = ["--now", "2026-11-30T16:00:00Z"]
            try #require(try await home.run(["setup", "--sample"], [:]).exit == 0)
            for (name, hour) in [("ana", "14:00"), ("ben", "15:00")] {
                let booked = try await home.run(
                    [
                        "book", "--client", "\(name)@example.com", "--name", name, "--trainer", "maria", "--at",
                        "2026-12-07 \(hour)",
                    ] + now, [:])
                try #require(booked.exit == 0, "\(booked.stderr)")
            }
            let server = try await home.status()
            // The WAL writer writes asynchronous commits to disk a fraction of a second later.
            let writer = try await pid(of: "walwriter", at: server.url)
            kill(writer, SIGSTOP)
            let sent = try await home.run(["reminders", "send", "--json"] + now, [:])
            try killServer(try #require(server.pid))
            #expect(sent.exit == 0, "\(sent.stderr)")
            #expect(try sent.printed["sent"] == 2)
            let listed = try await home.run(["reminders", "list", "--status", "sent", "--json"] + now, [:])
            #expect(listed.exit == 0, "\(listed.stderr)")
            #expect(try listed.printed.items.compactMap { $0["rule"]?.text } == ["confirmation", "confirmation"])
        }
    }

    private func pid(of process: String, at url: String) async throws -> pid_t {
        let result = try await Subprocess.run(
            .name("psql"),
            arguments: ["-XAt", url, "-c", "SELECT pid FROM pg_stat_activity WHERE backend_type = '\(process)'"],
            output: .string(limit: 1 << 12), error: .string(limit: 1 << 12))
        return try #require(
            pid_t(result.standardOutput.trimmingCharacters(in: .newlines)), "\(result.standardError)")
    }

    /// Kills a server and all of its processes with SIGKILL; data that was not on disk is lost.
    private func killServer(_ server: pid_t) throws {
        let children = try String(contentsOfFile: "/proc/\(server)/task/\(server)/children", encoding: .utf8)
        let processes = [server] + children.split(separator: " ").compactMap { pid_t($0) }
        for process in processes { kill(process, SIGKILL) }
    }
}
