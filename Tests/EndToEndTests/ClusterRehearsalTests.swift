import Foundation
import MessagingTesting
import Subprocess
import SystemPackage
import Testing

@Suite("the cluster of deploy/cluster", .timeLimit(.minutes(60)))
struct ClusterRehearsalTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../deploy/cluster").standardized.path

    /// Runs a script of the folder; returns its exit status and output.
    private func run(_ script: String, _ arguments: [String]) async throws -> IntroBinary.Result {
        let result = try await Subprocess.run(
            .path(FilePath("\(Self.folder)/\(script)")), arguments: Arguments(arguments),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        return IntroBinary.Result(
            exit: IntroBinary.code(of: result.terminationStatus), stdout: result.standardOutput,
            stderr: result.standardError)
    }

    @Test(
        "configure writes complete files that only their owner can read, with a URL that the binary accepts",
        .enabled(if: InstalledPrograms.openSSL != nil, "needs openssl"))
    func configuration() async throws {
        let scratch = try ScratchFolder()
        let files = "\(scratch.path)/files"
        let result = try await run("configure", ["\(Self.folder)/cluster.conf", files])
        try #require(result.exit == 0, "\(result.stderr)")
        let written = try FileManager.default.subpathsOfDirectory(atPath: files)
        for host in ["db1", "db2", "db3"] {
            for file in ["patroni/config.yml", "patroni/tls/host.key", "default/etcd", "etcd/tls/host.pem"] {
                #expect(written.contains("\(host)/etc/\(file)"))
            }
        }
        // Services and desks read the certificate authority's certificate.
        let isPublic = { (file: String) in file.hasSuffix(".pem") || ["client/etc", "client/etc/intro"].contains(file) }
        for file in written where !isPublic(file) {
            let path = "\(files)/\(file)"
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            let mode = try #require(attributes[.posixPermissions] as? Int)
            #expect(mode & 0o077 == 0, "\(file)")
            if let text = try? String(contentsOfFile: path, encoding: .utf8) {
                #expect(text.firstMatch(of: /@[A-Z_]+@/) == nil, "\(file)")
            }
        }
        let config = try await IntroBinary.run(
            "config", "--json",
            environment: ["INTRO_DATABASE_URL_FILE": "\(files)/client/etc/intro/database-url", "INTRO_HOME": files])
        #expect(config.exit == 0, "\(config.stderr)")
        let again = try await run("configure", ["\(Self.folder)/cluster.conf", files])
        #expect(again.exit == 65, "existing passwords are not overwritten")
    }

    @Test(
        "Patroni accepts the configuration, and a primary without etcd stops before its lock expires",
        .enabled(if: InstalledPrograms.patroni != nil && InstalledPrograms.openSSL != nil, "needs patroni and openssl"))
    func patroni() async throws {
        let scratch = try ScratchFolder()
        // Nothing listens at the port of etcd on these addresses, and Patroni's check is refused at once.
        let conf = "\(scratch.path)/conf"
        try #"databases="db1=127.0.0.4 db2=127.0.0.5 db3=127.0.0.6" clients="127.0.0.0/8" watchdog=off"#
            .write(toFile: conf, atomically: true, encoding: .utf8)
        try #require(try await run("configure", [conf, "\(scratch.path)/files"]).exit == 0)
        let file = "\(scratch.path)/files/db1/etc/patroni/config.yml"
        let check = try await Subprocess.run(
            .path(FilePath(#require(InstalledPrograms.patroni))), arguments: ["--validate-config", file],
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        let problems = (check.standardOutput + check.standardError).split(separator: "\n")
            .filter { !$0.contains("is not reachable") }
        #expect(problems == [])
        let text = try String(contentsOfFile: file, encoding: .utf8)
        func seconds(_ key: String) throws -> Int {
            let match = try #require(try Regex("\(key): ([0-9]+)").firstMatch(in: text))
            let digits = try #require(match[1].substring)
            return try #require(Int(digits))
        }
        #expect(try seconds("ttl") >= seconds("loop_wait") + 2 * seconds("retry_timeout"))
    }

    @Test(
        "rehearse rejects arguments that it does not know",
        arguments: [["--rounds", "0"], ["--faults", "fire"], ["x"]])
    func usage(arguments: [String]) async throws {
        let result = try await run("rehearse", arguments)
        #expect(result.exit == 64)
        #expect(result.stderr.contains("hint:"))
    }

    @Test(
        "bookings survive kill -9, a partition and a switchover: none lost, no message sent twice, at most 40 seconds",
        .operations, .enabled(if: InstalledPrograms.canMakeNetworks, "only root may make networks"))
    func rehearsal() async throws {
        let scratch = try ScratchFolder()
        let file = "\(scratch.path)/results.json"
        let result = try await run(
            "rehearse",
            ["--rounds", "3", "--faults", "kill,partition,switchover", "--intro", IntroBinary.path, "--json", file])
        print(result.stdout)
        #expect(result.exit == 0, "\(result.stdout)\(result.stderr)")
        let results = try JSONDecoder().decode(JSON.self, from: Data(contentsOf: URL(filePath: file)))
        #expect(results["lost"]?.items.isEmpty == true)
        #expect(results["sent_twice"]?.items.isEmpty == true)
        #expect(results["rounds"]?.items.count == 3)
    }
}
