import Foundation
import MessagingTesting
import Subprocess
import SystemPackage
import Testing

@Suite("the Debian package", .timeLimit(.minutes(60)))
struct PackageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    /// Runs a program with variables of its own; returns its output and whether it succeeded.
    private func run(
        _ program: String, _ arguments: [String], _ variables: [String: String] = [:]
    ) async throws -> (output: String, isSuccess: Bool) {
        let own = Dictionary(
            uniqueKeysWithValues: variables.compactMap { name, value in
                Environment.Key(rawValue: name).map { ($0, value as String?) }
            })
        let result = try await Subprocess.run(
            program.contains("/") ? .path(FilePath(Self.root.appending(path: program).path)) : .name(program),
            arguments: Arguments(arguments), environment: .inherit.updating(own),
            workingDirectory: FilePath(Self.root.path), output: .string(limit: 1 << 22),
            error: .string(limit: 1 << 22))
        return (result.standardOutput + result.standardError, result.terminationStatus.isSuccess)
    }

    /// Builds the packages from the release binary, which `deploy/test --operations` has built.
    private func build(
        version: String, in folder: URL, _ variables: [String: String] = [:]
    ) async throws -> [String: Data] {
        let binary = try #require(IntroBinary.release, "the release binary exists; deploy/test builds it")
        let (output, isSuccess) = try await run(
            "deploy/package", ["--version", version, "--output", folder.path, "--intro", binary], variables)
        try #require(isSuccess, "\(output)")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try Dictionary(
            uniqueKeysWithValues: files.filter { $0.lastPathComponent.contains("_\(version)_") }.map {
                ($0.lastPathComponent, try Data(contentsOf: $0))
            })
    }

    @Test(
        "the package is reproducible, passes lintian, and can be installed, upgraded, rolled back and purged",
        .operations, .enabled(if: InstalledPrograms.canMountPrivately, "only root may mount"))
    func lifeCycle() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "intro-package-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let (here, there) = (folder.appending(path: "here"), folder.appending(path: "there"))
        let first = try await build(version: "1", in: here)
        #expect(first.keys.sorted() == ["intro-dbgsym_1_amd64.deb", "intro_1_amd64.deb"])
        // Another folder, time zone and language.
        let again = try await build(
            version: "1", in: there, ["TZ": "Asia/Tokyo", "LC_ALL": "C", "TMPDIR": folder.path])
        #expect(first == again)
        _ = try await build(version: "2", in: here)

        for package in first.keys {
            let (output, isSuccess) = try await run(
                "lintian", ["--fail-on", "error", "--tag-display-limit", "0", here.path + "/" + package])
            #expect(isSuccess, "\(output)")
        }
        let (output, isSuccess) = try await run(
            "deploy/package.d/rehearse", [1, 2].map { "\(here.path)/intro_\($0)_amd64.deb" })
        #expect(isSuccess && output.contains("purged; nothing of the package is left"), "\(output)")
        print(output)
    }
}
