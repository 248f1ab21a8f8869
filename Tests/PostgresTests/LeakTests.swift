import Foundation
import PostgresTesting
import Testing

@testable import Postgres

@Suite("Resource leaks", .timeLimit(.minutes(30)))
struct LeakTests {
    private struct Refused: Error {}

    @Test("500 operations, including failed, cancelled and terminated ones, leave no connection on the server")
    func connections() async throws {
        try await withObservedDatabase(configure: {
            $0.applicationName = "leaky"
            $0.maximumConnections = 4
        }) { database, observer in
            try await Self.mixedOperations(database, count: 500)
            let statistics = database.statistics
            #expect(statistics.waiting == 0)
            #expect(statistics.idle == statistics.open)
            try await until { try await observer.connections(of: "leaky") == Int64(statistics.open) }
            await database.close()
            try await until { try await observer.connections(of: "leaky") == 0 }
        }
    }

    @Test("500 operations leave no descriptor and no thread in the process")
    func descriptors() async throws {
        let test = try await TestDatabase.make()
        setenv("INTRO_TEST_LEAK_CONNINFO", test.conninfo, 1)
        // A separate process, in which no other test opens or closes descriptors.
        await #expect(processExitsWith: .success) {
            let conninfo = ProcessInfo.processInfo.environment["INTRO_TEST_LEAK_CONNINFO"] ?? ""
            func run(_ count: Int) async throws {
                let database = Database(Database.Configuration.patient(conninfo: conninfo), logger: .silent)
                try await LeakTests.mixedOperations(database, count: count)
                await database.close()
            }
            // After the first round, the runtime has allocated what it keeps, such as its threads.
            try await run(100)
            let before = try LeakTests.entries(of: "/proc/self/fd")
            try await run(500)
            try await until { try LeakTests.entries(of: "/proc/self/fd") <= before }
            let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
            // The runtime has a thread per processor.
            try #require(names < 62 + ProcessInfo.processInfo.activeProcessorCount)
        }
        try await test.drop()
    }

    private static func entries(of folder: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: folder).count
    }

    /// Runs a mix of operations concurrently.
    private static func mixedOperations(_ database: Database, count: Int) async throws {
        await withTaskGroup { group in
            for number in 0..<count {
                group.addTask { await operation(number, database) }
            }
        }
        let answer = try await database.query("SELECT 1").decode(Int32.self)
        #expect(answer == [1])
    }

    private static func operation(_ number: Int, _ database: Database) async {
        let task = Task {
            switch number % 7 {
            case 0: try await database.query("SELECT \(number)")
            case 1: try await database.query("SELECT 1 / 0")
            case 2: try await database.query("SELECT pg_sleep(0.002)")
            case 3: _ = try await database.transaction { try await $0.query("SELECT \(number)") }
            case 4: try await database.transaction { _ in throw Refused() }
            case 5: try await database.query("SELECT \("\0")")
            default:
                _ = try await database.transaction(attempts: 1) {
                    try await $0.query("SELECT pg_terminate_backend(pg_backend_pid())")
                }
            }
        }
        if number.isMultiple(of: 3) {
            await Task.yield()
            task.cancel()
        }
        _ = await task.result
    }
}
