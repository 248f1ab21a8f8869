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

    @Test("measures cli, far, reminders and book independently of each other and of the machine's date")
    func anyDate() async throws {
        let (report, output) = try await run(
            "cli", "far", "reminders", "book", environment: try await clock(at: "2031-07-04 12:00"))
        #expect(
            report.figures.map(\.name).filter { $0.hasPrefix("reminders") } == [
                "reminders, plan 2000 of 20000", "reminders, plan, the time",
                "reminders, plan, by that of a tenth to come",
                "reminders, memory, telling of 20000 due", "reminders, memory, sending 100 of 20000",
                "reminders, telling of 20000 due",
                "reminders, send 400", "reminders, send 400, by claims and records in C", "reminders, send, memory",
                "reminders, send, memory by that at 100",
                "reminders, send 100, replies after 20 ms",
            ])
        for name in [
            "cli, intro --version", "cli, intro book", "far, book, longer than psql", "book, 1 at once",
            "book, 32 at once",
        ] {
            #expect(report.figures.contains { $0.name == name }, "\(name)")
        }
        #expect(report.figures.allSatisfy { $0.value > 0 && $0.limit ?? 1 > 0 })
        #expect(output.contains("reminders, plan 2000 of 20000"))
        for (name, limit) in [("book", 4.0), ("move", 4), ("cancel", 2)] {
            let trips = report.figures.first { $0.name == "book, round trips of a \(name)" }
            #expect(trips.map { $0.value <= limit } == true, "\(name): \(trips?.value ?? -1)")
        }
    }

    @Test("compares the job runner with its statements, from enqueueing to acknowledgement")
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

    @Test("measures the read-only commands in a data set with history")
    func growth() async throws {
        let figures = try await run("growth").report.figures
        #expect(figures.count > 20)
        #expect(figures.allSatisfy { $0.value > 0 })
    }

    @Test("runs the remaining parts after a part has failed, and reports the failed ones")
    func failure() async throws {
        let root = try ScratchRoot(without: ["client.sql", "measure.c"])
        let (report, output) = try await run("client", "cli", "contend", root: root.path, failing: "client, cli")
        #expect(Set(report.figures.map { $0.name.prefix { $0 != "," } }) == ["contend"])
        #expect(output.contains("contend, errors"))
    }

    /// Runs parts at their smallest size, and checks that the temporary folder is empty afterwards.
    private func run(
        _ parts: String..., root: String = Self.root, environment: [Environment.Key: String?] = [:],
        failing: String? = nil
    ) async throws -> (report: Report, output: String) {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let json = folder.appending(path: "figures.json")
        let place = folder.appending(path: "place")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        // The server's user must have access.
        for path in [folder.path, place.path] {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        let result = try await Subprocess.run(
            .path(FilePath(Self.program)),
            arguments: Arguments(parts + ["--quick", "--json", json.path, "--root", root]),
            environment: .inherit.updating(environment.merging(["TMPDIR": place.path]) { $1 }),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        #expect(result.terminationStatus.isSuccess == (failing == nil), "\(result.standardError)")
        if let failing {
            #expect(result.standardError.contains("not measured: \(failing)\n"), "\(result.standardError)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == [])
        return (try JSONDecoder().decode(Report.self, from: Data(contentsOf: json)), result.standardOutput)
    }

    /// Returns variables that shift the clock of a process and its children, as `deploy/test --at` does.
    private func clock(at time: String) async throws -> [Environment.Key: String?] {
        let library = Self.program + "-clock.so"
        let compiler = try await Subprocess.run(
            .name("cc"), arguments: ["-shared", "-fPIC", "-O2", "-o", library, "\(Self.root)/deploy/test.d/clock.c"],
            output: .discarded, error: .string(limit: 1 << 16))
        try #require(compiler.terminationStatus.isSuccess, "\(compiler.standardError)")
        let then = try Date("\(time.replacing(" ", with: "T")):00Z", strategy: .iso8601)
        // The tests themselves may run with a shifted clock.
        let shift = (ProcessInfo.processInfo.environment["INTRO_TEST_CLOCK_SHIFT"].flatMap { Int($0) } ?? 0)
        return [
            "LD_PRELOAD": library, "INTRO_TEST_CLOCK_SHIFT": "\(shift + Int(then.timeIntervalSinceNow))",
        ]
    }

    @Test("rejects an unknown part")
    func unknown() async throws {
        let result = try await Subprocess.run(
            .path(FilePath(Self.program)), arguments: ["nothing"], output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16))
        #expect(!result.terminationStatus.isSuccess)
        #expect(result.standardError.contains("Unknown part nothing."))
    }

    /// The path of the program, next to the test bundle.
    private static let program: String = {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: bundle).deletingLastPathComponent().appending(path: "bench").path
    }()

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardized.path
}

/// A copy of the repository's root with the bench's sources, except for some files.
private final class ScratchRoot {
    let path: String

    init(without names: [String]) throws {
        let files = FileManager.default
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../deploy/bench.d")
        let root = files.temporaryDirectory.appending(path: UUID().uuidString)
        path = root.path
        try files.createDirectory(at: root.appending(path: "deploy"), withIntermediateDirectories: true)
        try files.copyItem(at: sources, to: root.appending(path: "deploy/bench.d"))
        for name in names { try files.removeItem(at: root.appending(path: "deploy/bench.d/\(name)")) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
