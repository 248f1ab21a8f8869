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
        try await withOwnServer { yard, server in
            try await yard.openLedger()
            try await yard.enqueue((0..<3000).map { _ in Effect() })
            try await yard.enqueue((0..<3000).map { _ in BatchEffect() })
            try await yard.enqueue((0..<1000).map { _ in Record() })
            let crew = try Crew(of: 2, on: yard)
            for crash in 1...10 {
                try await yard.insisting {
                    try await wait(until: "some more are done") {
                        try await yard.number("SELECT last_value FROM progress") >= Int64(crash * 600)
                    }
                }
                try await server.restart(mode: .immediate)
            }
            try await yard.insisting { try await wait(until: "all jobs are done") { try await yard.isEmpty() } }
            let pids = crew.all.map(\.pid)
            #expect(crew.all.allSatisfy { $0.status == nil })
            #expect(try await crew.stop() == [0, 0])

            #expect(crew.all.map(\.pid) == pids)
            #expect(try await yard.number("SELECT count(*) FROM finished") == 7000)
            #expect(try await yard.number("SELECT count(*) FROM diary") == 1000)
            #expect(try await yard.dead().isEmpty)
            let lines = try crew.folder.effectLines()
            #expect(Set(lines.map(\.job)).count == 6000)
            let ends = Dictionary(
                uniqueKeysWithValues: try await yard.database.query("SELECT job, at FROM finished")
                    .decode((Int64, Int64).self))
            #expect(lines.allSatisfy { $0.at <= (ends[$0.job] ?? Int64.max) }, "what was acknowledged ran again")
        }
    }
}

extension JobYard {
    /// Repeats a read-only operation until the server is available.
    func insisting(_ work: () async throws -> Void) async throws {
        while true {
            do {
                return try await work()
            } catch is PostgresError {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
