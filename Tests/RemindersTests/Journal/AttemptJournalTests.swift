import Booking
import BookingStore
import Foundation
import Locking
import MessagingTesting
import Testing

@testable import Reminders

@Suite("Journal files")
struct AttemptJournalTests {
    private let database = UUID()
    private let now = JournalTextTests.now

    private func files(_ home: ScratchFolder) throws -> [String] {
        let folder = JournalFolder(home: home.path, database: database).path
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".journal") }
            .map { "\(folder)/\($0)" }
    }

    @Test("creates a journal with a stable ID that only its owner can read")
    func made() throws {
        let home = try ScratchFolder()
        let first = try AttemptJournal(home: "\(home.path)/new/home").open(database: database, at: now)
        let again = try AttemptJournal(home: "\(home.path)/new/home").open(database: database, at: now)
        #expect(first.id == again.id && first.isNew && again.isNew)
        let folder = "\(home.path)/new/home/journal"
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        for name in names + [""] {
            let facts = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            let isFolder = facts[.type] as? FileAttributeType == .typeDirectory
            #expect(facts[.posixPermissions] as? Int == (isFolder ? 0o700 : 0o600), "\(name)")
        }
        let other = try AttemptJournal(home: "\(home.path)/new/home").open(database: UUID(), at: now)
        #expect(other.id != first.id, "another database has a separate journal")
    }

    @Test("concurrent processes write separate files, which later processes reuse")
    func files() throws {
        let home = try ScratchFolder()
        do {
            let (first, second) = (AttemptJournal(home: home.path), AttemptJournal(home: home.path))
            let ids = [
                try first.open(database: database, at: now).id, try second.open(database: database, at: now).id,
            ]
            #expect(ids[0] == ids[1])
            try first.start(RecordedRun(id: 1, startedAt: 1, epoch: UUID()), until: now)
            try second.start(RecordedRun(id: 2, startedAt: 2, epoch: UUID()), until: now)
            #expect(try first.content() == second.content())
            #expect(try first.content().runs.count == 2)
        }
        for _ in 0..<5 {
            try files(home).forEach(waitUntilUnlocked)
            _ = try AttemptJournal(home: home.path).open(database: database, at: now)
        }
        #expect(try files(home).count == 2)
    }

    @Test("ignores an incomplete last line, and appends complete lines after it")
    func tornEnd() throws {
        let home = try ScratchFolder()
        try {
            let journal = AttemptJournal(home: home.path)
            _ = try journal.open(database: database, at: now)
            try journal.start(RecordedRun(id: 1, startedAt: 1, epoch: UUID()), until: now)
        }()
        let file = try #require(try files(home).first)
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("attempt 1 2 3".utf8))
        try handle.close()
        try waitUntilUnlocked(file)
        let journal = AttemptJournal(home: home.path)
        let summary = try journal.open(database: database, at: now)
        #expect(summary.runs.map(\.id) == [1])
        try journal.start(RecordedRun(id: 2, startedAt: 2, epoch: UUID()), until: now)
        #expect(try journal.content().runs.map(\.id) == [2])
    }

    @Test("appends complete lines after an incomplete one even if an append failed in between")
    func tornEndOnFullDisk() throws {
        let home = try ScratchFolder()
        let path = "\(home.path)/1.journal"
        try Data("attempt 1 2 3".utf8).write(to: URL(filePath: path))
        let isFull = Guarded(true)
        let opened = try JournalFile.open(path, isNew: false) { descriptor, octets in
            guard !isFull.withLock({ $0 }) else {
                errno = ENOSPC
                return -1
            }
            return write(descriptor, octets.baseAddress, octets.count)
        }
        let file = try #require(opened)
        let error = #expect(throws: JournalError.self) { try file.append([JournalTextTests.start(1)]) }
        #expect(error?.number == ENOSPC)
        isFull.withLock { $0 = false }
        try file.append([JournalTextTests.start(2)])
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2 && lines.first == "attempt 1 2 3")
    }

    @Test("marks only the run of this process as ended")
    func ended() throws {
        let home = try ScratchFolder()
        let journals = (1...3).map { _ in AttemptJournal(home: home.path) }
        for (number, journal) in journals.dropLast().enumerated() {
            _ = try journal.open(database: database, at: now)
            let run = RecordedRun(id: Int32(number + 1), startedAt: 1, epoch: UUID())
            try journal.start(run, until: now)
        }
        #expect(try Set(journals[2].open(database: database, at: now).runs.map(\.id)) == [1, 2])
        for run in [1, 2] as [Int32] { try journals[2].end(run) }
        #expect(journals[2].summary?.runs.map(\.hasEnded) == [false, false])
        try journals[2].start(RecordedRun(id: 3, startedAt: 1, epoch: UUID()), until: now)
        try journals[2].end(3)
        let own = journals[2].summary?.runs
        #expect(own?.map(\.id) == [3] && own?.map(\.hasEnded) == [true])
    }

    @Test("prunes a large file when it is opened, and keeps attempts before their deadline")
    func pruned() throws {
        let home = try ScratchFolder()
        let folder = JournalFolder(home: home.path, database: database)
        _ = try folder.open()
        do {
            let file = try folder.claimFile(at: now)
            var lines = [JournalTextTests.start(1)]
            for row in 0..<4000 {
                lines.append(
                    try JournalTextTests.attempt(
                        row: Int64(row), deadline: row % 4 == 0 ? now + 60 : now - 2 * 86_400))
            }
            try file.sync(upTo: try file.append(lines))
        }
        let before = try #require(try files(home).first)
        try waitUntilUnlocked(before)
        let file = try folder.claimFile(at: now)
        #expect(try files(home) == [file.path] && file.path != before)
        let text = try String(contentsOfFile: file.path, encoding: .utf8)
        #expect(JournalText(text).attempts.count == 1000)
        #expect(try folder.content().runs.map(\.id) == [1])
    }

    /// Waits for the lock of a file, which may outlast its owner.
    ///
    /// A process that another test is starting inherits all descriptors, and holds the lock until it executes its
    /// program.
    private func waitUntilUnlocked(_ path: String) throws {
        let file = try #require(FileHandle(forReadingAtPath: path))
        flock(file.fileDescriptor, LOCK_EX)
        try file.close()
    }

    @Test("detects a removed folder, and creates it again with another ID")
    func removed() throws {
        let home = try ScratchFolder()
        let journal = AttemptJournal(home: home.path)
        let first = try journal.open(database: database, at: now)
        try FileManager.default.removeItem(atPath: "\(home.path)/journal")
        #expect(journal.summary == nil)
        #expect(try journal.open(database: database, at: now).id != first.id)
    }

    @Test("reports an unusable folder with its path")
    func refused() throws {
        let home = try ScratchFolder()
        try Data().write(to: URL(filePath: "\(home.path)/journal"))
        let error = #expect(throws: JournalError.self) {
            try AttemptJournal(home: home.path).open(database: database, at: now)
        }
        #expect(error?.mayPass == false)
        #expect(error?.path.hasPrefix(home.path) == true)
        #expect(JournalError(path: "/", number: ENOSPC).mayPass)
    }

    @Test("keeps all batches that are written concurrently")
    func atOnce() async throws {
        let home = try ScratchFolder()
        let folder = JournalFolder(home: home.path, database: database)
        _ = try folder.open()
        let file = try folder.claimFile(at: now)
        let lines = try (0..<64).map { try JournalTextTests.attempt("0000000\($0 % 10)", row: Int64($0)) }
        try await withThrowingTaskGroup { group in
            for line in lines { group.addTask { try file.sync(upTo: try file.append([line])) } }
            try await group.waitForAll()
        }
        #expect(JournalText(try String(contentsOfFile: file.path, encoding: .utf8)).attempts.count == 64)
    }
}
