import Foundation
import Subprocess
import SystemPackage
import Testing

@testable import bench

@Suite struct BenchRunTests {
    private struct Report: Decodable {
        struct Figure: Decodable {
            let name: String
            let value: Double
            let limit: Double?
        }
        let figures: [Figure]
    }

    @Test("one part runs end to end, and leaves nothing behind")
    func reminders() async throws {
        let (report, output) = try await run("reminders")
        #expect(
            report.figures.map(\.name) == [
                "reminders, plan 2000 of 20000", "reminders, plan, the time",
                "reminders, plan, by that of a tenth to come",
                "reminders, memory, telling of 20000 due", "reminders, memory, sending 100 of 20000",
                "reminders, telling of 20000 due",
                "reminders, send 400", "reminders, send, memory", "reminders, send, memory by that at 100",
                "reminders, send 100, replies after 20 ms",
            ])
        #expect(report.figures.allSatisfy { $0.value > 0 && $0.limit ?? 1 > 0 })
        #expect(output.contains("reminders, plan 2000 of 20000"))
    }

    @Test("the job-runner is measured beside its statements, from enqueueing to the last acknowledgement")
    func jobs() async throws {
        let figures = try await run("jobs").report.figures
        #expect(
            figures.map(\.name) == [
                "jobs, drain", "jobs, drain, each acknowledged at once", "jobs, drain, 4 runners by 1",
                "jobs, drain while a snapshot is held", "jobs, memory", "jobs, memory of 4000 by that of 2000",
                "jobs, enqueue, 1000 at a time", "jobs, enqueue, one at a time",
                "jobs, pick-up back to back, p50", "jobs, pick-up back to back, p99",
                "jobs, pick-up back to back, the longest",
                "jobs, pick-up every 20 ms, p50", "jobs, pick-up every 20 ms, p99",
                "jobs, pick-up every 20 ms, the longest",
                "jobs, a claim with 1000 queued, by 100",
            ])
        #expect(figures.allSatisfy { $0.value > 0 && $0.limit ?? 1 > 0 })
    }

    /// Runs a part at its smallest, in a place of its own, which is empty afterwards.
    private func run(_ part: String) async throws -> (report: Report, output: String) {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let json = folder.appending(path: "figures.json")
        let place = folder.appending(path: "place")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        // The server's user must be able to pass through.
        for path in [folder.path, place.path] {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        let result = try await Subprocess.run(
            .path(FilePath(Self.program)),
            arguments: [part, "--quick", "--json", json.path, "--root", Self.root],
            environment: .inherit.updating(["TMPDIR": place.path]),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        #expect(result.terminationStatus.isSuccess, "\(result.standardError)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == [])
        return (try JSONDecoder().decode(Report.self, from: Data(contentsOf: json)), result.standardOutput)
    }

    @Test("a part that does not exist is told before anything starts")
    func unknown() async throws {
        let result = try await Subprocess.run(
            .path(FilePath(Self.program)), arguments: ["nothing"], output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16))
        #expect(!result.terminationStatus.isSuccess)
        #expect(result.standardError.contains("There is no part nothing."))
    }

    /// The program lies next to the test bundle.
    private static let program: String = {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: bundle).deletingLastPathComponent().appending(path: "bench").path
    }()

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardized.path
}
