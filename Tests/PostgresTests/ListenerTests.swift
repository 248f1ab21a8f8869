import Foundation
import Logging
import PostgresTesting
import Testing

@testable import Postgres

@Suite("Listener", .timeLimit(.minutes(30)))
struct ListenerTests {
    /// Runs a test with its own database, a sender of notifications and an observer.
    private func withSender(
        _ body: (
            _ sender: Database, _ configuration: Database.Configuration, _ observer: Observer
        ) async throws -> Void
    ) async throws {
        try await withDatabase { sender, conninfo in
            var configuration = Database.Configuration(conninfo: conninfo)
            // The server lists the connections of all tests.
            configuration.applicationName = "listener \(UUID().uuidString)"
            let observer = Observer(conninfo)
            try await body(sender, configuration, observer)
            await observer.close()
        }
    }

    @Test("receives notifications of its channels only")
    func notified() async throws {
        try await withSender { sender, configuration, _ in
            try await withListener(configuration, channels: ["work", "news"]) { events in
                #expect(await events.next() == .connected)
                try await sender.query("NOTIFY other")
                try await sender.query("NOTIFY work")
                #expect(await events.next() == .notified("work"))
                try await sender.query("NOTIFY news, 'with a payload'")
                #expect(await events.next() == .notified("news"))
            }
        }
    }

    @Test("notifications that arrive together are one event per channel")
    func coalesced() async throws {
        try await withSender { sender, configuration, _ in
            try await withListener(configuration, channels: ["a", "b", "end"]) { events in
                #expect(await events.next() == .connected)
                try await sender.query(
                    """
                    SELECT pg_notify(CASE WHEN n % 3 = 1 THEN 'b' ELSE 'a' END, n::text)
                    FROM generate_series(1, 100) AS n
                    """)
                #expect(await events.next() == .notified("b"))
                #expect(await events.next() == .notified("a"))
                try await sender.query("NOTIFY \"end\"")
                #expect(await events.next() == .notified("end"))
            }
        }
    }

    @Test(
        "a channel's name may have any characters",
        arguments: [
            "Work", "work queue", "say \"when\"", "\"", "\"\u{301}x", "a\"; DROP TABLE t; --", "select", "李雷", "it's",
        ])
    func names(channel: String) async throws {
        try await withSender { sender, configuration, _ in
            try await withListener(configuration, channels: [channel]) { events in
                #expect(await events.next() == .connected)
                try await sender.query("SELECT pg_notify(\(channel), '')")
                #expect(await events.next() == .notified(channel))
            }
        }
    }

    @Test("a listener has its own connection with the configured name, idle outside a transaction")
    func connection() async throws {
        try await withSender { sender, configuration, observer in
            try await withListener(configuration) { events in
                #expect(await events.next() == .connected)
                let states = try await sender.query(
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

    @Test("pings an idle server without an event")
    func ping() async throws {
        try await withSender { sender, configuration, _ in
            try await withListener(configuration, ping: .milliseconds(1)) { events in
                #expect(await events.next() == .connected)
                var pings: Set<Date> = []
                try await until {
                    let last = try await sender.query(
                        """
                        SELECT query_start
                        FROM pg_stat_activity
                        WHERE application_name = \(configuration.applicationName) AND query = 'SELECT 1'
                        """
                    ).decode(Date.self)
                    pings.formUnion(last)
                    return pings.count > 5
                }
                try await sender.query("NOTIFY work")
                #expect(await events.next() == .notified("work"))
            }
        }
    }

    @Test("a terminated connection is followed by `lost` and `connected`, and later notifications arrive")
    func terminated() async throws {
        try await withSender { sender, configuration, observer in
            try await withListener(configuration) { events in
                #expect(await events.next() == .connected)
                for _ in 0..<3 {
                    let process = try await sender.query(
                        "SELECT pid FROM pg_stat_activity WHERE application_name = \(configuration.applicationName)"
                    ).decode(Int32.self)[0]
                    try await observer.terminate(process)
                    #expect(await events.next() == .lost)
                    #expect(await events.next() == .connected)
                    try await sender.query("NOTIFY work")
                    #expect(await events.next() == .notified("work"))
                }
            }
        }
    }

    @Test("a listener cancelled before its start does not connect")
    func beforehand() async throws {
        try await withSender { _, configuration, observer in
            let begin = Latch()
            let task = Task {
                await begin.wait()
                try await Listener(configuration, channels: ["work"], logger: .silent).run { event in
                    Issue.record("received \(event)")
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
        // A separate process, in which no other test opens or closes descriptors.
        await #expect(processExitsWith: .success) {
            let conninfo = ProcessInfo.processInfo.environment["INTRO_TEST_LISTENER_CONNINFO"] ?? ""
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
            // After the first round, the runtime has allocated what else it keeps.
            for number in 0..<10 { await listen(number) }
            let before = try openDescriptors()
            for number in 0..<50 { await listen(number) }
            // An abandoned connection attempt ends by itself.
            try await until { try openDescriptors().isSubset(of: before) }
            let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
            // The runtime has a thread per processor.
            try #require(threads < 30 + ProcessInfo.processInfo.activeProcessorCount)
        }
        try await test.drop()
    }
}

/// Returns the open descriptors of this process with their targets, except timers.
private func openDescriptors() throws -> Set<String> {
    let folder = "/proc/self/fd"
    let open = try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { descriptor in
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(descriptor)"))
            .map { "\(descriptor) \($0)" }
    }
    // The runtime creates its timers on first use, and keeps them.
    return Set(open.filter { !$0.contains("timerfd") })
}
