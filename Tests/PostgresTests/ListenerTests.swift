import Foundation
import Logging
import PostgresTesting
import Testing

@testable import Postgres

@Suite("A listener hears what is notified", .timeLimit(.minutes(30)))
struct ListenerTests {
    /// Runs a test on a database of its own, in which somebody else speaks.
    private func withSpeaker(
        _ body: (
            _ speaker: Database, _ configuration: Database.Configuration, _ observer: Observer
        ) async throws -> Void
    ) async throws {
        try await withDatabase { speaker, conninfo in
            var configuration = Database.Configuration(conninfo: conninfo)
            // The server shows the connections of all tests.
            configuration.applicationName = "listener \(UUID().uuidString)"
            let observer = Observer(conninfo)
            try await body(speaker, configuration, observer)
            await observer.close()
        }
    }

    @Test("each notification is heard, and nothing of other channels")
    func notified() async throws {
        try await withSpeaker { speaker, configuration, _ in
            try await withListener(configuration, channels: ["work", "news"]) { heard in
                #expect(await heard.next() == .connected)
                try await speaker.query("NOTIFY other")
                try await speaker.query("NOTIFY work")
                #expect(await heard.next() == .notified("work"))
                try await speaker.query("NOTIFY news, 'with a payload'")
                #expect(await heard.next() == .notified("news"))
            }
        }
    }

    @Test("many notifications that arrive together are one hint for each channel")
    func coalesced() async throws {
        try await withSpeaker { speaker, configuration, _ in
            try await withListener(configuration, channels: ["a", "b", "end"]) { heard in
                #expect(await heard.next() == .connected)
                try await speaker.query(
                    """
                    SELECT pg_notify(CASE WHEN n % 3 = 1 THEN 'b' ELSE 'a' END, n::text)
                    FROM generate_series(1, 100) AS n
                    """)
                #expect(await heard.next() == .notified("b"))
                #expect(await heard.next() == .notified("a"))
                try await speaker.query("NOTIFY \"end\"")
                #expect(await heard.next() == .notified("end"))
            }
        }
    }

    @Test(
        "a channel's name is taken as it is",
        arguments: [
            "Work", "work queue", "say \"when\"", "\"", "\"\u{301}x", "a\"; DROP TABLE t; --", "select", "李雷", "it's",
        ])
    func names(channel: String) async throws {
        try await withSpeaker { speaker, configuration, _ in
            try await withListener(configuration, channels: [channel]) { heard in
                #expect(await heard.next() == .connected)
                try await speaker.query("SELECT pg_notify(\(channel), '')")
                #expect(await heard.next() == .notified(channel))
            }
        }
    }

    @Test("a listener is a connection of its own with the name and the settings of all, idle outside a transaction")
    func connection() async throws {
        try await withSpeaker { speaker, configuration, observer in
            try await withListener(configuration) { heard in
                #expect(await heard.next() == .connected)
                let states = try await speaker.query(
                    """
                    SELECT state, xact_start IS NULL
                    FROM pg_stat_activity
                    WHERE application_name = \(configuration.applicationName)
                    """
                ).decode((String, Bool).self)
                #expect(states.map(\.0) == ["idle"])
                #expect(states.map(\.1) == [true])
            }
            try await until { try await observer.connections(of: configuration.applicationName) == 0 }
        }
    }

    @Test("an idle server is asked again and again whether it is there, and that is no news")
    func ping() async throws {
        try await withSpeaker { speaker, configuration, _ in
            try await withListener(configuration, ping: .milliseconds(1)) { heard in
                #expect(await heard.next() == .connected)
                var asked: Set<Date> = []
                try await until {
                    let last = try await speaker.query(
                        """
                        SELECT query_start
                        FROM pg_stat_activity
                        WHERE application_name = \(configuration.applicationName) AND query = 'SELECT 1'
                        """
                    ).decode(Date.self)
                    asked.formUnion(last)
                    return asked.count > 5
                }
                try await speaker.query("NOTIFY work")
                #expect(await heard.next() == .notified("work"))
            }
        }
    }

    @Test("what a terminated listener missed is announced by `connected`, and what follows is heard")
    func terminated() async throws {
        try await withSpeaker { speaker, configuration, observer in
            try await withListener(configuration) { heard in
                #expect(await heard.next() == .connected)
                for _ in 0..<3 {
                    let process = try await speaker.query(
                        "SELECT pid FROM pg_stat_activity WHERE application_name = \(configuration.applicationName)"
                    ).decode(Int32.self)[0]
                    try await observer.terminate(process)
                    #expect(await heard.next() == .lost)
                    #expect(await heard.next() == .connected)
                    try await speaker.query("NOTIFY work")
                    #expect(await heard.next() == .notified("work"))
                }
            }
        }
    }

    @Test("a listener cancelled beforehand does not connect")
    func beforehand() async throws {
        try await withSpeaker { _, configuration, observer in
            let begin = Latch()
            let task = Task {
                await begin.wait()
                try await Listener(configuration, channels: ["work"], logger: .silent).run { event in
                    Issue.record("heard \(event)")
                }
            }
            task.cancel()
            begin.open()
            await #expect(throws: CancellationError.self) { try await task.value }
            let connections = try await observer.connections(of: configuration.applicationName)
            #expect(connections == 0)
        }
    }

    @Test("fifty listeners, cancelled early and late, leave no descriptor in the process")
    func descriptors() async throws {
        let test = try await TestDatabase.make()
        setenv("INTRO_TEST_LISTENER_CONNINFO", test.conninfo, 1)
        // In a process of its own, where no other test opens or closes anything.
        await #expect(processExitsWith: .success) {
            let conninfo = ProcessInfo.processInfo.environment["INTRO_TEST_LISTENER_CONNINFO"] ?? ""
            func descriptors() throws -> Set<String> {
                let folder = "/proc/self/fd"
                let open = try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { descriptor in
                    (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(descriptor)"))
                        .map { "\(descriptor) \($0)" }
                }
                // The runtime makes its timers when it first needs them, and keeps them.
                return Set(open.filter { !$0.contains("timerfd") })
            }
            func listen(_ number: Int) async {
                let connected = Latch()
                let configuration = Database.Configuration(
                    conninfo: number.isMultiple(of: 5) ? "host=/nonexistent" : conninfo)
                let task = Task {
                    try await Listener(configuration, channels: ["work"], logger: .silent).run { _ in connected.open() }
                }
                if number.isMultiple(of: 5) || number.isMultiple(of: 3) {
                    await Task.yield()
                } else {
                    await connected.wait()
                }
                task.cancel()
                _ = await task.result
            }
            // What else the runtime keeps for good is there after a first round.
            for number in 0..<10 { await listen(number) }
            let before = try descriptors()
            for number in 0..<50 { await listen(number) }
            // An attempt to connect that was left alone ends by itself.
            try await until { try descriptors().isSubset(of: before) }
            let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
            // The runtime has a thread for each processor.
            try #require(threads < 30 + ProcessInfo.processInfo.activeProcessorCount)
        }
        try await test.drop()
    }
}
