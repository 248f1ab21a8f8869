import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite("the private PostgreSQL cluster")
struct LocalClusterTests {
    /// Returns the output of one statement, run by psql.
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

    @Test("the first start creates the cluster and prints one line, and the second prints nothing")
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

    @Test("listens only on a Unix socket, with fsync on and 200 connections")
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

    @Test("status and stop of a cluster that does not exist create nothing")
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

    @Test("stop is idempotent, and committed data exists after the next start")
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

    @Test("eight concurrent first starts create one cluster and start one server")
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

    @Test("a killed server is started again with all committed data")
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

    @Test("starts if another process has the process ID of the previous server")
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

    /// Runs work while an unrelated process of the folder's owner exists.
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

    @Test("restarts a server whose socket was deleted")
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

    @Test("removes the files of an interrupted initdb")
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
        "accepts a home folder of any name",
        arguments: ["it's a \"home\" $HOME `x` \\", "häuser, %2F", String(repeating: "long", count: 40)]
    )
    func names(name: String) async throws {
        try await TemporaryHome.with { folder in
            let home = TemporaryHome(path: folder.path + "/" + name, userID: nil)
            // If others cannot enter the folder above, root's cluster is placed elsewhere.
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

    @Test("ignores the environment variables of libpq and PostgreSQL")
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
        "started by root, the server runs as postgres, even in a home folder that was accessible only to root",
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
        "started by root in a home folder that postgres cannot enter, uses another folder and says so in one line",
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
            // The cluster stays there, even if the folder becomes accessible.
            chmod(obstacle, 0o755)
            #expect(try await home.status() == status)
        }
    }

    @Test(
        "started by an ordinary user, the cluster belongs to that user",
        .enabled(if: getuid() == 0 && isOpenToAll(IntroBinary.path), "needs root, and a binary that all may run")
    )
    func ordinaryUser() async throws {
        let ordinaryUser: UInt32 = 65_534
        try await TemporaryHome.with(name: "home", userID: ordinaryUser) { home in
            let start = try await home.intro("local", "start")
            #expect(start.exit == 0, "\(start.stderr)")
            let attributes = try FileManager.default.attributesOfItem(atPath: home.path + "/postgres/data")
            #expect((attributes[.ownerAccountID] as? NSNumber)?.uint32Value == ordinaryUser)
            // Root can stop and start it: the server still runs as its owner, who can still stop it.
            let asRoot = TemporaryHome(path: home.path, userID: nil)
            #expect(try await asRoot.intro("local", "stop").exit == 0)
            #expect(try await asRoot.intro("local", "start").exit == 0)
            #expect(try await home.intro("local", "stop").stdout == "The private PostgreSQL has stopped.\n")
        }
    }

    @Test("a home folder that cannot be created exits with 78 and names it")
    func impossibleHome() async throws {
        let result = try await IntroBinary.run("local", "start", "--json", environment: ["INTRO_HOME": "/dev/null/x"])
        #expect(result.exit == 78)
        #expect(result.stdout.isEmpty)
        #expect(result.error?.code == "configuration")
        #expect(result.error?.message.contains("/dev/null") == true)
    }
}

/// Whether every user may run a program: others must have access to it and all folders above it.
func isOpenToAll(_ program: String) -> Bool {
    var path = program
    while path != "/" {
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & 0o001 != 0 else { return false }
        path = URL(filePath: path).deletingLastPathComponent().path
    }
    return true
}
