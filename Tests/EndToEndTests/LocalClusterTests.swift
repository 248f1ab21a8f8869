import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite("the private PostgreSQL")
struct LocalClusterTests {
    /// What one statement answers, asked by PostgreSQL's own client.
    private func query(_ sql: String, at url: String) async throws -> String {
        let result = try await Subprocess.run(
            .name("psql"),
            arguments: ["-XAt", url, "-c", sql],
            output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16)
        )
        #expect(result.standardError.isEmpty)
        return result.standardOutput.trimmingCharacters(in: .newlines)
    }

    @Test("the first command makes it and says so in one line; the next finds it running and is silent")
    func firstUse() async throws {
        try await TemporaryHome.with { home in
            let first = try await home.intro("local", "start", "--json")
            #expect(first.exit == 0)
            let announcement =
                "intro: started its private PostgreSQL in \(home.path)/postgres (intro local stop stops it)\n"
            #expect(first.stderr == announcement)
            let second = try await home.intro("local", "start", "--json")
            #expect(second.exit == 0)
            #expect(second.stderr.isEmpty)
            #expect(second.stdout == first.stdout)
            let status = try first.json(LocalStatus.self)
            #expect(try await home.status() == status)
            #expect(try await query("SHOW server_encoding", at: status.url) == "UTF8")
            #expect(try await query("SELECT lower('ÄÉ') COLLATE \"C\" < 'z'", at: status.url) == "f")
        }
    }

    @Test("it listens on a Unix socket only, keeps data safe, and has room for many commands")
    func settings() async throws {
        try await TemporaryHome.with { home in
            _ = try await home.intro("local", "start")
            let url = try await home.status().url
            #expect(try await query("SHOW listen_addresses", at: url) == "")
            #expect(try await query("SHOW fsync", at: url) == "on")
            #expect(try await query("SHOW max_connections", at: url) == "200")
            #expect(try await query("SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL", at: url) == "0")
        }
    }

    @Test("a cluster that was never made has a status, and neither it nor stop makes anything")
    func neverMade() async throws {
        try await TemporaryHome.with(name: "home") { home in
            let status = try await home.status()
            #expect(!status.running && status.pid == nil)
            let stop = try await home.intro("local", "stop")
            #expect(stop.exit == 0)
            #expect(stop.stdout == "The private PostgreSQL was not running.\n")
            #expect(!FileManager.default.fileExists(atPath: home.path))
        }
    }

    @Test("stop is idempotent, and what was committed is there after the next start")
    func stop() async throws {
        try await TemporaryHome.with { home in
            _ = try await home.intro("local", "start")
            let url = try await home.status().url
            _ = try await query("CREATE TABLE kept AS SELECT 1 AS id", at: url)
            #expect(try await home.intro("local", "stop").stdout == "The private PostgreSQL has stopped.\n")
            #expect(try await home.intro("local", "stop").stdout == "The private PostgreSQL was not running.\n")
            #expect(try await home.status().running == false)
            #expect(try await home.intro("local", "start").exit == 0)
            #expect(try await query("SELECT count(*) FROM kept", at: url) == "1")
        }
    }

    @Test("eight first uses at the same moment make one cluster and start one server")
    func race() async throws {
        try await TemporaryHome.with { home in
            let results = try await withThrowingTaskGroup(of: IntroBinary.Result.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await home.intro("local", "start", "--json") }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.map(\.exit) == Array(repeating: 0, count: 8))
            #expect(Set(try results.map { try $0.json(LocalStatus.self).pid }).count == 1)
            #expect(results.filter { !$0.stderr.isEmpty }.count == 1)
        }
    }

    @Test("a server that was killed starts again, with all that was committed")
    func killed() async throws {
        try await TemporaryHome.with { home in
            _ = try await home.intro("local", "start")
            let before = try await home.status()
            _ = try await query("CREATE TABLE kept AS SELECT 1 AS id", at: before.url)
            #expect(kill(try #require(before.pid), SIGKILL) == 0)
            let again = try await home.intro("local", "start", "--json")
            #expect(again.exit == 0, "\(again.stderr)")
            #expect(try again.json(LocalStatus.self).pid != before.pid)
            #expect(try await query("SELECT count(*) FROM kept", at: before.url) == "1")
        }
    }

    @Test("a dead server's number that another process has by now does not keep it from starting")
    func reusedNumber() async throws {
        try await TemporaryHome.with { home in
            _ = try await home.intro("local", "start")
            let before = try await home.status()
            let file = before.data + "/postmaster.pid"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            _ = try await home.intro("local", "stop")
            try await whileSleeping(asOwnerOf: before.data) { stranger in
                let rest = text.drop { $0 != "\n" }
                try "\(stranger)\(rest)".write(toFile: file, atomically: false, encoding: .utf8)
                try "\(stranger)\n"
                    .write(toFile: before.socket + "/.s.PGSQL.5432.lock", atomically: false, encoding: .utf8)
                #expect(try await home.status().running == false)
                let again = try await home.intro("local", "start", "--json")
                #expect(again.exit == 0, "\(again.stderr)")
                #expect(try again.json(LocalStatus.self).pid != stranger)
            }
        }
    }

    /// Does something while an unrelated process of a folder's owner is alive.
    private func whileSleeping(asOwnerOf folder: String, _ body: (Int32) async throws -> Void) async throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: folder)
        let owner = getuid() == 0 ? (attributes[.ownerAccountID] as? NSNumber)?.uint32Value : nil
        _ = try await Subprocess.run(
            .path("/usr/bin/env"),
            arguments: Arguments(IntroBinary.asUser(owner) + ["sleep", "600"]),
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            defer { try? execution.send(signal: .kill) }
            try await body(execution.processIdentifier.value)
        }
    }

    @Test("a server whose socket was swept away is started anew")
    func sweptSocket() async throws {
        try await TemporaryHome.with { home in
            _ = try await home.intro("local", "start")
            let before = try await home.status()
            try FileManager.default.removeItem(atPath: before.socket + "/.s.PGSQL.5432")
            #expect(try await home.status().running == false)
            #expect(try await home.intro("local", "start").exit == 0)
            #expect(try await query("SELECT 1", at: before.url) == "1")
        }
    }

    @Test("what a killed initdb left behind is cleared away")
    func unfinished() async throws {
        try await TemporaryHome.with { home in
            _ = try await home.intro("local", "start")
            _ = try await home.intro("local", "stop")
            let folder = home.path + "/postgres"
            try FileManager.default.moveItem(atPath: folder + "/data", toPath: folder + "/data.new-1")
            #expect(try await home.intro("local", "start").exit == 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["data", "log", "socket"])
        }
    }

    @Test(
        "a home of any name will do",
        arguments: ["it's a \"home\" $HOME `x` \\", "häuser, %2F", String(repeating: "long", count: 40)]
    )
    func names(name: String) async throws {
        try await TemporaryHome.with { folder in
            let home = TemporaryHome(path: folder.path + "/" + name, userID: nil)
            // Open the folder above, or root's cluster would go elsewhere.
            chmod(folder.path, 0o711)
            let start = try await home.intro("local", "start")
            #expect(start.exit == 0, "\(start.stderr)")
            let status = try await home.status()
            #expect(status.data == home.path + "/postgres/data")
            #expect(try await query("SELECT 1", at: status.url) == "1")
            #expect(try await home.intro("local", "stop").exit == 0)
            if status.socket.hasPrefix("/tmp/intro-") {
                try FileManager.default.removeItem(atPath: status.socket)
            }
        }
    }

    @Test("libpq's and PostgreSQL's own variables do not leak into it")
    func environment() async throws {
        try await TemporaryHome.with { home in
            let variables = [
                "PGDATA": "/nonexistent", "PGPORT": "1", "PGOPTIONS": "-c nonsense=1", "PGHOST": "nowhere.invalid",
                "PGUSER": "nobody", "TZ": "Asia/Kolkata", "LC_ALL": "de_DE.UTF-8",
            ]
            let start = try await home.intro("local", "start", environment: variables)
            #expect(start.exit == 0, "\(start.stderr)")
            #expect(try await query("SHOW timezone", at: try await home.status().url) == "UTC")
        }
    }

    @Test(
        "started by root, it runs as postgres, in a home that only root could enter before",
        .enabled(if: getuid() == 0, "needs root")
    )
    func root() async throws {
        try await TemporaryHome.with { home in
            #expect(try await home.intro("local", "start").exit == 0)
            let attributes = try FileManager.default.attributesOfItem(atPath: try await home.status().data)
            #expect(attributes[.ownerAccountName] as? String == "postgres")
        }
    }

    @Test(
        "where a closed folder is in the way of postgres, the cluster is kept elsewhere, and the one line says so",
        .enabled(if: getuid() == 0, "needs root")
    )
    func closedParent() async throws {
        try await TemporaryHome.with(name: "home") { home in
            let start = try await home.intro("local", "start")
            #expect(start.exit == 0)
            let status = try await home.status()
            #expect(status.data.hasPrefix("/var/lib/intro/homes/"))
            let obstacle = URL(filePath: home.path).deletingLastPathComponent().path
            #expect(start.stderr.contains("postgres cannot enter \(obstacle)"))
            #expect(start.stderr.split(separator: "\n").count == 1)
            // It stays there, also when the way is open.
            chmod(obstacle, 0o755)
            #expect(try await home.status() == status)
        }
    }

    @Test(
        "started by an ordinary user, it is that user's own",
        .enabled(if: getuid() == 0 && isOpenToAll(IntroBinary.path), "needs root, and a binary that all may run")
    )
    func ordinaryUser() async throws {
        let nobody: UInt32 = 65_534
        try await TemporaryHome.with(name: "home", userID: nobody) { home in
            let start = try await home.intro("local", "start")
            #expect(start.exit == 0, "\(start.stderr)")
            let attributes = try FileManager.default.attributesOfItem(atPath: home.path + "/postgres/data")
            #expect((attributes[.ownerAccountID] as? NSNumber)?.uint32Value == nobody)
            // Root may lend a hand: the server still runs as its owner, and the owner can still stop it.
            let asRoot = TemporaryHome(path: home.path, userID: nil)
            #expect(try await asRoot.intro("local", "stop").exit == 0)
            #expect(try await asRoot.intro("local", "start").exit == 0)
            #expect(try await home.intro("local", "stop").stdout == "The private PostgreSQL has stopped.\n")
        }
    }

    @Test("a home that cannot be made is a clear error")
    func impossibleHome() async throws {
        let result = try await IntroBinary.run("local", "start", "--json", environment: ["INTRO_HOME": "/dev/null/x"])
        #expect(result.exit == 78)
        #expect(result.stdout.isEmpty)
        #expect(result.error?.code == "configuration")
        #expect(result.error?.message.contains("/dev/null") == true)
    }
}

/// Whether every user may run a program: it and all folders above it must let others in.
private func isOpenToAll(_ program: String) -> Bool {
    var path = program
    while path != "/" {
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & 0o001 != 0 else { return false }
        path = URL(filePath: path).deletingLastPathComponent().path
    }
    return true
}
