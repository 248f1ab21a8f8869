import Foundation
import MessagingTesting
import Subprocess
import SystemPackage
import Testing

@Suite("the systemd unit")
struct SystemdUnitTests {
    private let unit = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../deploy/systemd/intro-runner.service").standardized

    /// Runs systemd-analyze; returns its output and exit status.
    private func analyze(_ arguments: String...) async throws -> (output: String, status: TerminationStatus) {
        let program = try #require(InstalledPrograms.systemdAnalyze)
        let result = try await Subprocess.run(
            .path(FilePath(program)), arguments: Arguments(arguments),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        return (result.standardOutput + result.standardError, result.terminationStatus)
    }

    @Test(
        "the unit has an exposure level of at most 2.0 of 10",
        .enabled(if: InstalledPrograms.systemdAnalyze != nil, "needs systemd-analyze"))
    func exposure() async throws {
        let (output, status) = try await analyze("security", "--offline=true", "--no-pager", unit.path)
        let level = try #require(output.firstMatch(of: #/exposure level for intro-runner\.service: ([0-9.]+)/#)?.1)
        #expect(Double(level).map { $0 <= 2.0 } == true, "\(output)")
        #expect(status.isSuccess)
    }

    @Test(
        "the unit has no setting that systemd would ignore",
        .enabled(if: InstalledPrograms.systemdAnalyze != nil, "needs systemd-analyze"))
    func syntax() async throws {
        // systemd-analyze also looks for the program; the built one replaces the installed one.
        let folder = FileManager.default.temporaryDirectory.appending(path: "intro-unit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let copy = folder.appending(path: "intro-runner.service")
        try String(contentsOf: unit, encoding: .utf8)
            .replacingOccurrences(of: "/usr/bin/intro", with: IntroBinary.path)
            .write(to: copy, atomically: false, encoding: .utf8)
        let (output, status) = try await analyze("verify", "--recursive-errors=no", copy.path)
        // Warnings about other units that it is ordered after do not count.
        #expect(!output.contains("intro-runner"), "\(output)")
        #expect(status.isSuccess)
    }

    @Test(
        "the units and timers of back-ups have no setting that systemd would ignore",
        .enabled(if: InstalledPrograms.systemdAnalyze != nil, "needs systemd-analyze"))
    func backups() async throws {
        let source = unit.appending(path: "../../pgbackrest").standardized
        let folder = FileManager.default.temporaryDirectory.appending(path: "intro-unit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let units = try FileManager.default.contentsOfDirectory(atPath: source.path)
            .filter { $0.hasSuffix(".service") || $0.hasSuffix(".timer") }
        #expect(units.count == 5)
        for name in units {
            try String(contentsOf: source.appending(path: name), encoding: .utf8)
                .replacing(#/\/usr\/(local\/lib\/intro\/drill|bin\/pgbackrest)/#, with: "/usr/bin/env")
                .write(to: folder.appending(path: name), atomically: false, encoding: .utf8)
        }
        for name in units {
            let (output, status) = try await analyze(
                "verify", "--recursive-errors=no", "--man=no", folder.appending(path: name).path)
            #expect(!output.contains("intro-backup") && status.isSuccess, "\(name): \(output)")
        }
    }

    @Test("the service writes no core file, which would contain client data")
    func cores() throws {
        #expect(try String(contentsOf: unit, encoding: .utf8).contains("\nLimitCORE=0\n"))
    }

    @Test("the unit allows a stopping runner more time than it needs, including the grace period of jobs")
    func stopping() throws {
        let settings = try settings()
        let seconds = try #require(settings["TimeoutStopSec"]?.first.flatMap { Int($0) })
        #expect(seconds > 25 + 10)
        #expect(settings["KillSignal"] == ["SIGTERM"])
    }

    @Test("the unit passes each secret as a credential, and sets the variable that names its file")
    func credentials() throws {
        let settings = try settings()
        let environment = settings["Environment", default: []].joined(separator: " ")
        for credential in settings["LoadCredential", default: []] {
            let parts = credential.split(separator: ":").map(String.init)
            #expect(parts.count == 2 && parts[1] == "/etc/intro/\(parts[0])")
            #expect(environment.contains("_FILE=%d/\(parts[0])"))
        }
        #expect(settings["LoadCredential"]?.count == 4)
        // Without one of the files, the service starts as well.
        let defaults = ["mail-password", "sms-token", "privacy.key"].map { "\($0):\\n" }
        #expect(settings["SetCredential"] == defaults)
    }

    @Test("the commands accept the credential that stands for no privacy key, but no other short key")
    func withoutKey() async throws {
        try await Studio.with { studio in
            let path = "\(studio.home)/privacy.key"
            for (content, isAccepted) in [("\n", true), ("", false), ("short\n", false)] {
                try content.write(toFile: path, atomically: false, encoding: .utf8)
                chmod(path, 0o600)
                let result = try await studio.intro("doctor", environment: ["INTRO_PRIVACY_KEY_FILE": path])
                let finding = isAccepted ? "ok       files         \(path)" : "problem  files         the privacy key"
                #expect(result.stdout.contains(finding), "\(result.stdout)")
            }
        }
    }

    @Test("a process that a service starts does not inherit the variables of the service manager")
    func children() async throws {
        try await TemporaryHome.with { home in
            let notes = ["NOTIFY_SOCKET": "/nonexistent/notify", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"]
            let started = try await home.run(["local", "start"], notes)
            try #require(started.exit == 0, "\(started.stderr)")
            let status = try await home.status()
            let server = try #require(status.pid)
            let variables = try Data(contentsOf: URL(filePath: "/proc/\(server)/environ"))
            let names = variables.split(separator: 0).map { String(decoding: $0.prefix { $0 != 61 }, as: UTF8.self) }
            #expect(!names.isEmpty)
            #expect(names.allSatisfy { notes[$0] == nil }, "\(names)")
        }
    }

    /// The unit's settings, each with all its values.
    private func settings() throws -> [String: [String]] {
        try String(contentsOf: unit, encoding: .utf8).split(separator: "\n").reduce(into: [:]) { settings, line in
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            if !line.hasPrefix("#"), parts.count == 2 { settings[parts[0], default: []].append(parts[1]) }
        }
    }
}
