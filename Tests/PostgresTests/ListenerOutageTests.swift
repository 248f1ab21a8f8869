import Foundation
import Locking
import Logging
import PostgresTesting
import Testing

@testable import Postgres

@Suite(
    "Listener during outages", .timeLimit(.minutes(30)),
    .enabled(if: ProcessInfo.processInfo.environment["INTRO_TEST_DATABASE_URL"] == nil, "needs a Unix socket"))
struct ListenerOutageTests {
    private func withProxy(
        _ body: (
            _ sender: Database, _ configuration: Database.Configuration, _ proxy: StallingProxy
        ) async throws -> Void
    ) async throws {
        try await withDatabase { sender, _ in
            let (name, folder) = try await sender.query(
                "SELECT current_database()::text, current_setting('unix_socket_directories')"
            ).decode((String, String).self)[0]
            let proxy = try StallingProxy(toServerIn: folder)
            defer { proxy.stop() }
            var configuration = Database.Configuration(
                conninfo: "host=\(proxy.folder) port=5432 user=postgres dbname=\(name)")
            configuration.connectTimeout = .seconds(3600)
            try await body(sender, configuration, proxy)
        }
    }

    @Test("reconnects after a restart of the server", arguments: [TestServer.StopMode.immediate, .fast])
    func restart(mode: TestServer.StopMode) async throws {
        let server = try await TestServer.start()
        let configuration = Database.Configuration(conninfo: server.conninfo(database: "postgres"))
        try await withListener(configuration) { events in
            #expect(await events.next() == .connected)
            try await server.restart(mode: mode)
            #expect(await events.next() == .lost)
            #expect(await events.next() == .connected)
            let sender = Database(configuration, logger: .silent)
            try await sender.query("NOTIFY work")
            #expect(await events.next() == .notified("work"))
            await sender.close()
        }
        try await server.stop()
    }

    @Test("waits for a server that is not up yet, and logs the outage once, without the address")
    func notThereYet() async throws {
        let server = try await TestServer.start()
        let configuration = Database.Configuration(conninfo: server.conninfo(database: "postgres"))
        try await server.stop()
        let log = CapturedLog()
        try await withListener(configuration, logger: log.logger) { events in
            try await until { log.text.split(separator: "\n").count > 2 }
            try await server.resume()
            #expect(await events.next() == .connected)
        }
        #expect(log.text.split(separator: "\n").count { $0.hasPrefix("warning") } == 1)
        #expect(log.text.split(separator: "\n").count { $0.hasPrefix("notice") } == 1)
        #expect(!log.text.contains("host="))
        #expect(!log.text.contains("/tmp"))
        try await server.stop()
    }

    @Test("retries where the server rejects LISTEN")
    func refused() async throws {
        try await withDatabase { sender, conninfo in
            let log = CapturedLog()
            try await withListener(
                Database.Configuration(conninfo: conninfo), channels: [""], logger: log.logger
            ) { _ in
                try await until { log.text.split(separator: "\n").count > 1 }
            }
            #expect(log.text.contains("SQLSTATE 42601"))
        }
    }

    @Test("detects a silently lost connection by a ping, and reconnects")
    func cutSilently() async throws {
        try await withProxy { sender, configuration, proxy in
            // The new connection's pings must be answered in less time, even on a busy machine.
            try await withListener(configuration, ping: .milliseconds(20), answerTimeout: .seconds(20)) { events in
                #expect(await events.next() == .connected)
                proxy.stall(.openConnections)
                #expect(await events.next() == .lost)
                #expect(await events.next() == .connected)
                #expect(proxy.accepted == 2)
                try await sender.query("NOTIFY work")
                #expect(await events.next() == .notified("work"))
            }
        }
    }

    @Test("a slow response within the time limit does not count as a loss")
    func slow() async throws {
        try await withProxy { sender, configuration, proxy in
            try await withListener(configuration, ping: .milliseconds(1)) { events in
                #expect(await events.next() == .connected)
                proxy.stall(.everything)
                try await until { proxy.withheld > 0 }
                try await sender.query("NOTIFY work")
                proxy.resume()
                #expect(await events.next() == .notified("work"))
                #expect(proxy.accepted == 1)
            }
        }
    }

    @Test("reconnects after the connection is closed")
    func hungUp() async throws {
        try await withProxy { sender, configuration, proxy in
            try await withListener(configuration) { events in
                #expect(await events.next() == .connected)
                proxy.cut()
                #expect(await events.next() == .lost)
                #expect(await events.next() == .connected)
                try await sender.query("NOTIFY work")
                #expect(await events.next() == .notified("work"))
            }
        }
    }

    @Test("can be cancelled while it connects to a silent server, and delivers no event afterwards")
    func cancelledWhileConnecting() async throws {
        try await withProxy { _, configuration, proxy in
            proxy.stall(.everything)
            let events = Guarded<[ListenerEvent]>([])
            let listener = Listener(configuration, channels: ["work"], logger: .silent)
            let task = Task { try await listener.run { event in events.withLock { $0.append(event) } } }
            try await until { proxy.accepted == 1 }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(proxy.open == 1)
            // The abandoned attempt succeeds now, and closes its connection.
            proxy.resume()
            try await until { proxy.open == 0 || events.withLock { !$0.isEmpty } }
            #expect(events.withLock { $0 } == [])
        }
    }

    @Test("can be cancelled while it waits for a response")
    func cancelledWhileStalled() async throws {
        try await withProxy { _, configuration, proxy in
            try await withListener(configuration, ping: .milliseconds(1)) { events in
                #expect(await events.next() == .connected)
                proxy.stall(.everything)
                try await until { proxy.withheld > 0 }
            }
        }
    }
}
