import Foundation
import PostgresTesting
import Testing

@Suite("intro restore", .timeLimit(.minutes(30)))
struct RestoreCommandTests {
    @Test("a restored database gives the output of the time of the back-up, and accepts bookings")
    func answers() async throws {
        let sample = try await BackupSample.shared
        try await TemporaryHome.with(name: "home") { home in
            try await TemporaryHome.with { folder in
                let file = try sample.write(to: folder)
                let result = try await home.intro("restore", file, "--json")
                #expect(result.exit == 0, "\(result.stderr)")
                let printed = try result.printed
                #expect(printed["sent_since"] == "2026-11-30T16:00:00Z" && printed["at"] == "2026-11-30T16:00:00Z")
                #expect(try printed["rows"] == sample.result.printed["rows"])
                #expect(printed["journal"]?.text == "\(printed["home"]?.text ?? "")/journal")
                #expect(try await home.status().running == false)
                #expect(try await home.answers() == sample.answers)
                try await home.book("Lost", at: "2026-12-02 14:00")
                #expect(try await home.intro("setup", "--check", "--now", Studio.now).exit == 0)
                let again = try await home.intro("restore", file, "--json")
                #expect(again.exit == 3 && again.error?.code == "already_exists", "\(again.stderr)")
            }
        }
    }

    @Test("with the journal of the old home, no message that was sent after the back-up is sent again")
    func journal() async throws {
        let sample = try await BackupSample.shared
        #expect(sample.sent >= 2)
        try await TemporaryHome.with { home in
            #expect(try await home.intro("restore", try sample.write(to: home)).exit == 0)
            try home.write(sample.journal)
            let first = try await home.answer("reminders", "send")
            #expect(first["restored"]?.number == sample.sent && first["sent"] == 0, "\(first)")
            try await home.book("Cleo", at: "2026-12-02 15:00")
            #expect(try await home.answer("reminders", "send")["sent"] == 1)
            let unknown = try await home.answer("reminders", "unknown").items
            #expect(unknown.count == sample.sent && unknown.allSatisfy { $0["reason"] == "restored" })
        }
    }

    @Test("without the journal, messages are held until the operator decides, as restore reports")
    func withoutJournal() async throws {
        let sample = try await BackupSample.shared
        try await TemporaryHome.with { home in
            let restored = try await home.intro("restore", try sample.write(to: home))
            #expect(restored.stdout.contains("intro reminders hold --sent-since 2026-11-30T16:00:00Z"))
            let held = try await home.intro("reminders", "send", "--json", "--now", Studio.now)
            // Standard error begins with the line about the started server.
            #expect(held.exit == 78 && held.stderr.contains("\"messages_held\""), "\(held.stderr)")
            #expect(try held.printed["sent"] == 0)
            let decision = try await home.answer("reminders", "hold", "--sent-since", "2026-11-30T16:00:00Z")
            #expect(decision["unknown"]?.number == sample.sent && decision["released"] == 0, "\(decision)")
            #expect(try await home.answer("reminders", "send")["sent"] == 0)
        }
    }

    @Test("a damaged, truncated or foreign file is refused with 65, and no database is created")
    func damaged() async throws {
        let sample = try await BackupSample.shared
        let size = sample.file.count
        try await TemporaryHome.with { home in
            let positions = [0, 5, 900, size / 2, size - 3_000, size - 60, size - 48, size - 41, size - 33, size - 1]
            for position in positions {
                let file = try sample.write(to: home) { $0[position] ^= 0x20 }
                try await expectInvalid(file, in: home, "octet \(position)")
            }
            for length in [0, 1, 4, 47, 48, size / 2, size - 49, size - 1] {
                let file = try sample.write(to: home) { $0 = $0.prefix(length) }
                try await expectInvalid(file, in: home, "\(length) octets")
            }
            let longer = try sample.write(to: home) { $0 += Data([0]) }
            try await expectInvalid(longer, in: home, "one octet more")
            for path in ["/usr/bin/env", "/dev/zero", home.path, "\(home.path)/missing"] {
                try await expectInvalid(path, in: home, path)
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: home.path)
            #expect(names == ["sample.backup"])
        }
    }

    @Test("a back-up of a newer schema is refused with 78")
    func newerSchema() async throws {
        let sample = try await BackupSample.shared
        try await TemporaryHome.with { home in
            let end = sample.file.count - 48
            let length = sample.file[(end + 8)..<(end + 16)].reduce(0) { $0 << 8 | Int($1) }
            let manifest = String(decoding: sample.file[(end - length)..<end], as: UTF8.self)
                .replacing(#/"schema":[0-9]+/#, with: #""schema":9999"#)
            let size = withUnsafeBytes(of: UInt64(manifest.utf8.count).bigEndian) { Data($0) }
            let content = sample.file.prefix(end - length) + Data(manifest.utf8) + Data("INTROBK1".utf8) + size
            let file = try sample.write(to: home) { $0 = content }
            let sum = try await IntroBinary.run([file], binary: "/usr/bin/sha256sum").stdout
            let digest = stride(from: 0, to: 64, by: 2).compactMap { UInt8(sum.dropFirst($0).prefix(2), radix: 16) }
            let newer = try sample.write(to: home) { $0 = content + Data(digest) }
            let result = try await home.intro("restore", newer, "--json")
            #expect(result.exit == 78 && result.error?.code == "schema", "\(result.stderr)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: home.path) == ["sample.backup"])
        }
    }

    private func expectInvalid(_ file: String, in home: TemporaryHome, _ comment: String) async throws {
        let result = try await home.intro("restore", file, "--json")
        #expect(result.exit == 65 && result.stdout.isEmpty, "\(comment): \(result.exit) \(result.stderr)")
    }

    @Test("killed during a restore, it leaves no database and no server; the next restore succeeds")
    func killed() async throws {
        let sample = try await BackupSample.shared
        // On a busy machine, a restore may be complete before it is killed.
        for _ in 1...20 {
            var isKilled = false
            try await TemporaryHome.with { isKilled = try await restoreAndKill($0, sample) }
            if isKilled { return }
        }
        Issue.record("each restore ended before it could be killed")
    }

    /// Kills a restore while its server runs, and repeats it; returns whether it was killed.
    private func restoreAndKill(_ home: TemporaryHome, _ sample: BackupSample) async throws -> Bool {
        let file = try sample.write(to: home)
        let data = "\(home.path)/postgres/data"
        let killed = try await IntroBinary.run(["restore", file], environment: ["INTRO_HOME": home.path]) { process in
            try await wait(until: "the server of the restore runs") {
                try home.serverOfRestore() != nil || FileManager.default.fileExists(atPath: data)
            }
            kill(process, SIGKILL)
        }
        guard killed.exit == 128 + SIGKILL, !FileManager.default.fileExists(atPath: data) else { return false }
        #expect(!FileManager.default.fileExists(atPath: try await home.status().data))
        try await wait(until: "the server of the restore has ended") { try home.serverOfRestore() == nil }
        #expect(try await home.intro("restore", file).exit == 0)
        #expect(try await home.answers() == sample.answers)
        let folder = URL(filePath: try await home.status().data).deletingLastPathComponent().path
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["data", "log", "socket"])
        return true
    }
}

extension TemporaryHome {
    /// The process ID of the server that a restore uses; `nil` if none runs.
    fileprivate func serverOfRestore() throws -> pid_t? {
        let folder = "\(path)/postgres"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard let draft = names.first(where: { $0.hasPrefix("data.new-") }),
            let text = try? String(contentsOfFile: "\(folder)/\(draft)/postmaster.pid", encoding: .utf8),
            let process = text.split(separator: "\n").first.flatMap({ pid_t($0) }), kill(process, 0) == 0
        else { return nil }
        return process
    }
}
