import Foundation
import JobsTesting
import Locking

/// A group of runner processes, which can be killed and replaced.
final class RunnerGroup: Sendable {
    let folder: ScratchFolder

    private let fixture: JobFixture
    private let options: [String]
    private let processes: Guarded<[RunnerProcess]>

    /// The options of a short lease.
    static let shortLease = ["--lease", "2", "--heartbeat", "0.3"]

    /// Starts runners, by default with a short lease.
    init(of count: Int, on fixture: JobFixture, _ options: [String] = RunnerGroup.shortLease) throws {
        let folder = try ScratchFolder()
        self.folder = folder
        self.fixture = fixture
        self.options = options
        processes = Guarded(try (0..<count).map { _ in try RunnerProcess(fixture, in: folder, options) })
    }

    /// The current processes.
    var all: [RunnerProcess] { processes.withLock { $0 } }

    /// Replaces a process that has ended.
    func replace(_ number: Int) throws {
        let process = try RunnerProcess(fixture, in: folder, options)
        processes.withLock { $0[number] = process }
    }

    /// Kills a process with SIGKILL, and replaces it.
    func kill(_ number: Int) async throws {
        let process = all[number]
        process.kill(SIGKILL)
        try await process.waitUntilEnded()
        try replace(number)
    }

    /// Sends SIGTERM to all processes, and returns their exit statuses.
    ///
    /// It waits until they are ready, since a process that has just started has no signal handler yet.
    func stop() async throws -> [Int32] {
        for process in all { try await process.waitUntilReady() }
        for process in all { process.kill(SIGTERM) }
        var statuses: [Int32] = []
        for process in all { statuses.append(try await process.waitUntilEnded()) }
        return statuses
    }
}
