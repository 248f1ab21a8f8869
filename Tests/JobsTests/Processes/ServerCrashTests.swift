import Foundation
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Server crashes", .timeLimit(.minutes(30)))
struct ServerCrashTests {
    @Test("runners survive ten server crashes under load and lose no job")
    func tenTimes() async throws {
        try await withOwnServer { fixture, server in
            try await fixture.openLedger()
            try await fixture.enqueue((0..<3000).map { _ in Effect() })
            try await fixture.enqueue((0..<3000).map { _ in BatchEffect() })
            try await fixture.enqueue((0..<1000).map { _ in Record() })
            let runners = try RunnerGroup(of: 2, on: fixture)
            for crash in 1...10 {
                try await fixture.retryUntilAvailable {
                    try await wait(until: "more jobs are done") {
                        try await fixture.number("SELECT last_value FROM progress") >= Int64(crash * 600)
                    }
                }
                try await server.restart(mode: .immediate)
            }
            try await fixture.retryUntilAvailable {
                try await wait(until: "all jobs are done") { try await fixture.isEmpty() }
            }
            let pids = runners.all.map(\.pid)
            #expect(runners.all.allSatisfy { $0.status == nil })
            #expect(try await runners.stop() == [0, 0])

            #expect(runners.all.map(\.pid) == pids)
            #expect(try await fixture.number("SELECT count(*) FROM finished") == 7000)
            #expect(try await fixture.number("SELECT count(*) FROM effect_row") == 1000)
            #expect(try await fixture.dead().isEmpty)
            let lines = try runners.folder.effectLines()
            #expect(Set(lines.map(\.job)).count == 6000)
            let ends = Dictionary(
                uniqueKeysWithValues: try await fixture.database.query("SELECT job, at FROM finished")
                    .decode((Int64, Int64).self))
            #expect(lines.allSatisfy { $0.at <= (ends[$0.job] ?? Int64.max) }, "no acknowledged job runs again")
        }
    }
}

extension JobFixture {
    /// Repeats a read-only operation until the server is available.
    func retryUntilAvailable(_ work: () async throws -> Void) async throws {
        while true {
            do {
                return try await work()
            } catch is PostgresError {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
