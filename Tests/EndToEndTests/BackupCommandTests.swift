import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite("intro backup", .timeLimit(.minutes(30)))
struct BackupCommandTests {
    @Test("writes a file with mode 0600, which pg_restore reads, and records the back-up in the home")
    func file() async throws {
        let sample = try await BackupSample.shared
        #expect(sample.mode == 0o600)
        let printed = try sample.result.printed
        #expect(printed["at"] == "2026-11-30T16:00:00Z" && printed["verified_at"] == "2026-11-30T16:00:00Z")
        #expect(printed["bytes"]?.number == sample.file.count && (printed["rows"]?.number ?? 0) > 50)
        #expect(sample.record.contains(#""kind":"dump""#) && sample.record.contains(#""verified_at":"2026-11-30T16:"#))
        try await TemporaryHome.with { home in
            let list = try await IntroBinary.run(
                ["--list", try sample.write(to: home)], binary: "/usr/bin/pg_restore")
            #expect(list.exit == 0 && list.stdout.contains("TABLE DATA public session"), "\(list.stderr)")
        }
    }

    @Test("refuses an existing file, a missing folder, a home without a database, and a database on a server")
    func refusals() async throws {
        try await TemporaryHome.with { home in
            let absent = try await home.intro("backup", "\(home.path)/new", "--json")
            #expect(absent.exit == 4 && absent.error?.code == "not_found", "\(absent.stderr)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: home.path).isEmpty)
            _ = try await home.intro("setup")
            let file = "\(home.path)/kept"
            try Data("kept".utf8).write(to: URL(filePath: file))
            let existing = try await home.intro("backup", file, "--json")
            #expect(existing.exit == 3 && existing.error?.code == "already_exists", "\(existing.stderr)")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "kept")
            for path in ["\(home.path)/missing/new", "/proc/new", "\(home.path)/"] {
                let unusable = try await home.intro("backup", path, "--json")
                #expect([3, 65].contains(unusable.exit), "\(path): \(unusable.stderr)")
            }
            let server = ["INTRO_DATABASE_URL": try await home.status().url]
            for command in ["backup", "restore"] {
                let configured = try await home.intro(command, "\(home.path)/new", "--json", environment: server)
                #expect(configured.exit == 78 && configured.error?.hint.contains("pgBackRest") == true)
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: home.path)
            #expect(!names.contains { $0.hasPrefix(".intro-backup") || $0 == "new" || $0 == "backup.json" })
        }
    }

    @Test("a booking made during a back-up is not in it, and the back-up is consistent")
    func concurrentBooking() async throws {
        try await TemporaryHome.with { home in
            try await home.answer("setup", "--sample")
            try await home.book("Ana", at: "2026-12-02 10:00")
            let before = try await home.answers()
            let file = "\(home.path)/intro.backup"
            try await home.whileLocking("unmatched_text_status") { lock in
                async let backup = home.intro("backup", file, "--json")
                try await lock.waitForWaiter()
                try await home.book("Ben", at: "2026-12-02 11:00")
                try await lock.release()
                let result = try await backup
                #expect(result.exit == 0, "\(result.stderr)")
            }
            try await TemporaryHome.with { restored in
                #expect(try await restored.intro("restore", file).exit == 0)
                #expect(try await restored.answers() == before)
                try await restored.book("Ben", at: "2026-12-02 11:00")
            }
        }
    }

    @Test("a second back-up at the same time ends with 75; a killed one leaves no file, and the next one succeeds")
    func killed() async throws {
        try await TemporaryHome.with { home in
            try await home.answer("setup", "--sample")
            let file = "\(home.path)/intro.backup"
            try await home.whileLocking("unmatched_text_status") { lock in
                let killed = try await IntroBinary.run(["backup", file], environment: ["INTRO_HOME": home.path]) {
                    process in
                    try await lock.waitForWaiter()
                    let second = try await home.intro("backup", "\(home.path)/second", "--json")
                    #expect(second.exit == 75 && second.error?.code == "backup_running", "\(second.stderr)")
                    kill(process, SIGKILL)
                }
                #expect(killed.exit == 128 + SIGKILL)
                try await lock.release()
            }
            #expect(!FileManager.default.fileExists(atPath: file))
            #expect(try home.drafts().count == 1)
            try await wait(until: "the killed back-up's connection is gone") {
                try await home.intro("backup", file).exit == 0
            }
            #expect(try home.drafts().isEmpty)
            #expect(try await home.databases() == ["intro"])
        }
    }

    @Test(
        "an ordinary user backs up and restores a home",
        .enabled(if: getuid() == 0 && isOpenToAll(IntroBinary.path), "needs root, and a binary that all may run"))
    func ordinaryUser() async throws {
        let ordinaryUser: UInt32 = 65_534
        try await TemporaryHome.with(userID: ordinaryUser) { home in
            try await home.answer("setup", "--sample")
            try await home.book("Ana", at: "2026-12-02 10:00")
            let file = "\(home.path)/intro.backup"
            let backup = try await home.intro("backup", file)
            #expect(backup.exit == 0, "\(backup.stderr)")
            let copy = TemporaryHome(path: "\(home.path)/copy", userID: ordinaryUser)
            let restore = try await copy.intro("restore", file)
            #expect(restore.exit == 0, "\(restore.stderr)")
            #expect(try await copy.answers() == home.answers())
            #expect(try await copy.intro("local", "stop").exit == 0)
        }
    }

    @Test(
        "on a full disk, ends with 75 and leaves nothing",
        .enabled(if: InstalledPrograms.canMountPrivately, "needs to mount a file system"))
    func fullDisk() async throws {
        try await TemporaryHome.with { home in
            try await home.answer("setup", "--sample")
            let mount = "mount -t tmpfs -o size=32k none \"$0\"; \"$@\"; code=$?; ls -A \"$0\" >&2; exit $code"
            let folder = "\(home.path)/disk"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            let result = try await IntroBinary.run(
                ["backup", "\(folder)/new"], through: ["/usr/bin/unshare", "--mount", "sh", "-c", mount, folder],
                environment: ["INTRO_HOME": home.path])
            #expect(result.exit == 75 && result.stderr.contains("not enough space"), "\(result.stderr)")
            #expect(result.stderr.hasSuffix("run the command again\n"), "\(result.stderr)")
            #expect(try await home.databases() == ["intro"])
        }
    }
}

/// A lock on a table of a private database, held by a test.
struct HeldLock {
    fileprivate let holder: Connection
    fileprivate let observer: Database

    /// Waits until a statement waits for the lock.
    func waitForWaiter() async throws {
        try await wait(until: "a statement waits for the lock") {
            try await observer.query("SELECT count(*) FROM pg_locks WHERE NOT granted").decode(Int64.self)[0] > 0
        }
    }

    /// Releases the lock.
    func release() async throws {
        try await holder.execute(script: "COMMIT")
    }
}

extension TemporaryHome {
    /// Runs a body while a transaction holds an exclusive lock on a table.
    func whileLocking(_ table: String, _ body: @Sendable (HeldLock) async throws -> Void) async throws {
        let database = Database(.init(conninfo: try await status().url), logger: .silent)
        let result = await Result.catching {
            try await database.withSeparateConnection { connection in
                try await connection.execute(script: "BEGIN; LOCK TABLE \(table)")
                try await body(HeldLock(holder: connection, observer: database))
            }
        }
        await database.close()
        try result.get()
    }

    /// The unfinished back-ups in the home.
    func drafts() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasPrefix(".intro-backup-") }
    }

    /// The databases of the private server besides its own.
    func databases() async throws -> [String] {
        let database = Database(.init(conninfo: try await status().url), logger: .silent)
        let names = await Result.catching {
            try await database.query(
                "SELECT datname::text FROM pg_database WHERE datname NOT LIKE 'template_' AND datname <> 'postgres'"
            ).decode(String.self)
        }
        await database.close()
        return try names.get()
    }
}
