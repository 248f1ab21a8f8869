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
    func plan() async throws {
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
            arguments: ["plan", "--quick", "--json", json.path, "--root", Self.root],
            environment: .inherit.updating(["TMPDIR": place.path]),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        #expect(result.terminationStatus.isSuccess, "\(result.standardError)")
        let report = try JSONDecoder().decode(Report.self, from: Data(contentsOf: json))
        #expect(report.figures.map(\.name) == ["plan, 2000 due", "plan, the time"])
        #expect(report.figures.allSatisfy { $0.value > 0 })
        #expect(result.standardOutput.contains("plan, 2000 due"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == [])
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
