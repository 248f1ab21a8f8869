import Foundation
import Testing

/// A back-up of a private database with two bookings, whose confirmations were sent after it.
struct BackupSample: Sendable {
    /// The commands whose output must be the same after a restore.
    static let questions = [["schedule", "maria", "--days", "30"], ["sessions"], ["client", "list"]]

    /// The file of `intro backup`.
    let file: Data
    /// The result of `intro backup`.
    let result: IntroBinary.Result
    /// The mode of the file.
    let mode: Int
    /// The content of `backup.json` in the home.
    let record: String
    /// The output of the commands at the time of the back-up.
    let answers: [JSON]
    /// The files of the journal after the confirmations were sent, by their path in the home.
    let journal: [String: Data]
    /// The number of messages that were sent.
    let sent: Int

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let making = Task {
        do {
            return try await make()
        } catch {
            // Not an expectation: that would fail only in the first of the tests that need the back-up.
            throw Failure(description: "cannot make the back-up: \(error)")
        }
    }

    /// The back-up that all tests share, made on first use.
    static var shared: BackupSample {
        get async throws { try await making.value }
    }

    private static func make() async throws -> BackupSample {
        var sample: BackupSample?
        try await TemporaryHome.with { home in
            try await home.answer("setup", "--sample")
            try await home.book("Ana", at: "2026-12-02 10:00")
            try await home.book("Ben", at: "2026-12-02 11:00")
            let answers = try await home.answers()
            let file = "\(home.path)/intro.backup"
            let result = try await home.intro("backup", file, "--json", "--now", Studio.now)
            try #require(result.exit == 0, "\(result.stderr)")
            let sent = try await home.answer("reminders", "send")["sent"]?.number ?? 0
            try await home.book("Lost", at: "2026-12-02 14:00")
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            sample = BackupSample(
                file: try Data(contentsOf: URL(filePath: file)), result: result,
                mode: (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0,
                record: try String(contentsOfFile: "\(home.path)/backup.json", encoding: .utf8), answers: answers,
                journal: try home.files(in: "journal"), sent: sent)
        }
        return try #require(sample)
    }

    /// Writes the file, or a damaged form of it, into a folder; returns its path.
    func write(to home: TemporaryHome, _ damage: (inout Data) -> Void = { _ in }) throws -> String {
        var content = file
        damage(&content)
        let path = "\(home.path)/sample.backup"
        try content.write(to: URL(filePath: path))
        return path
    }
}

extension TemporaryHome {
    /// Runs a command that must succeed on a Monday morning, and reads the JSON that it prints.
    @discardableResult
    func answer(_ arguments: String...) async throws -> JSON {
        let result = try await run(arguments + ["--json", "--now", Studio.now], [:])
        try #require(result.exit == 0, "\(arguments): \(result.stderr)")
        return try result.printed
    }

    /// Books a session for a new client.
    @discardableResult
    func book(_ name: String, at time: String) async throws -> JSON {
        try await answer(
            "book", "--client", "\(name.lowercased())@example.com", "--name", name, "--trainer", "maria", "--at", time)
    }

    /// The answers to the questions of ``BackupSample``.
    func answers() async throws -> [JSON] {
        var answers: [JSON] = []
        for question in BackupSample.questions {
            let result = try await run(question + ["--json", "--now", Studio.now], [:])
            try #require(result.exit == 0, "\(question): \(result.stderr)")
            answers.append(try result.printed)
        }
        return answers
    }

    /// The regular files below a folder of the home, by their path in the home.
    func files(in folder: String) throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: "\(path)/\(folder)")
        var files: [String: Data] = [:]
        for name in names {
            var isFolder: ObjCBool = false
            let file = "\(path)/\(folder)/\(name)"
            guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), !isFolder.boolValue else {
                continue
            }
            files["\(folder)/\(name)"] = try Data(contentsOf: URL(filePath: file))
        }
        return files
    }

    /// Writes files that another home had.
    func write(_ files: [String: Data]) throws {
        for (name, content) in files {
            let file = URL(filePath: "\(path)/\(name)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try content.write(to: file)
        }
    }
}
