import Foundation
import LoopbackTesting
import MessagingTesting
import Subprocess
import SystemPackage
import Testing

@Suite("Prometheus alert rules")
struct AlertRulesTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../deploy/prometheus").standardized

    /// Runs promtool; returns its output and whether it succeeded.
    private func promtool(_ arguments: String...) async throws -> (output: String, isSuccess: Bool) {
        let program = try #require(InstalledPrograms.promtool)
        let result = try await Subprocess.run(
            .path(FilePath(program)), arguments: Arguments(arguments),
            workingDirectory: FilePath(Self.folder.path), output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20))
        return (result.standardOutput + result.standardError, result.terminationStatus.isSuccess)
    }

    @Test(
        "the alert rules are valid, and pass their unit tests",
        .enabled(if: InstalledPrograms.promtool != nil, "needs promtool"))
    func units() async throws {
        for arguments in [("check", "intro.rules.yml"), ("test", "intro.rules.test.yml")] {
            let (output, isSuccess) = try await promtool(arguments.0, "rules", arguments.1)
            #expect(isSuccess && output.contains("SUCCESS"), "\(output)")
        }
    }

    @Test("alert rules use only metrics that a runner or the drill exports, and each rule has a test")
    func metrics() async throws {
        let rules = try String(contentsOf: Self.folder.appending(path: "intro.rules.yml"), encoding: .utf8)
        let drill = try String(
            contentsOf: Self.folder.appending(path: "../pgbackrest/drill").standardized, encoding: .utf8)
        let ofDrill = Set(drill.matches(of: #/(?m)^intro_[a-z_]+/#).map { String($0.0) })
        #expect(ofDrill.count == 4)
        let used = Set(rules.matches(of: #/\b(?:intro|jobs|reminders|database)_[a-z_]+\b/#).map { String($0.0) })
        try await Studio.with { studio in
            let file = studio.home + "/intro.prom"
            #expect(try await studio.intro("run", "--drain", "--metrics-file", file).exit == 0)
            let metrics = try String(contentsOfFile: file, encoding: .utf8)
            let exported = ofDrill.union(metrics.matches(of: #/(?m)^[a-z_]+/#).map { String($0.0) })
            #expect(used.count >= 8 && used.isSubset(of: exported), "\(used.subtracting(exported))")
            #expect(metrics.contains("intro_database_up 1\n"))
        }
        let tests = try String(contentsOf: Self.folder.appending(path: "intro.rules.test.yml"), encoding: .utf8)
        for name in rules.matches(of: #/- alert: (\w+)/#).map(\.1) {
            #expect(tests.contains("alertname: \(name), exp_alerts: []"), "\(name)")
            #expect(tests.contains("alertname: \(name)\n        exp_alerts:\n"), "a unit test expects \(name) to fire")
        }
    }

    @Test("a runner that cannot reach the database reports that in its metrics")
    func databaseDown() async throws {
        try await TemporaryHome.with { home in
            let file = home.path + "/intro.prom"
            let result = try await withRefusingPort { port in
                try await home.run(
                    ["run", "--metrics-file", file],
                    ["INTRO_DATABASE_URL": "postgresql://intro@127.0.0.1:\(port)/intro"])
            }
            #expect(result.exit == 69, "\(result.stderr)")
            let metrics = try String(contentsOfFile: file, encoding: .utf8)
            #expect(metrics.contains("intro_database_up 0\n"))
            #expect(metrics.contains("intro_runner_heartbeat_timestamp_seconds "))
        }
    }
}
