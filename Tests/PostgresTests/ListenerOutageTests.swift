import Foundation
import Logging
import PostgresTesting
import Testing

@testable import Postgres

@Suite(
    "A listener outlives its server, its network and its welcome", .timeLimit(.minutes(30)),
    .enabled(if: ProcessInfo.processInfo.environment["INTRO_TEST_DATABASE_URL"] == nil, "needs a Unix socket"))
struct ListenerOutageTests {
    private func withProxy(
        _ body: (
            _ speaker: Database, _ configuration: Database.Configuration, _ proxy: StallingProxy
        ) async throws -> Void
    ) async throws {
        try await withDatabase { speaker, _ in
            let (name, folder) = try await speaker.query(
                "SELECT current_database()::text, current_setting('unix_socket_directories')"
            ).decode((String, String).self)[0]
            let proxy = try StallingProxy(toServerIn: folder)
            defer { proxy.stop() }
            var configuration = Database.Configuration(
                conninfo: "host=\(proxy.folder) port=5432 user=postgres dbname=\(name)")
            configuration.connectTimeout = .seconds(3600)
            try await body(speaker, configuration, proxy)
        }
    }

    @Test("a server that crashes is found again when it is back", arguments: [TestServer.StopMode.immediate, .fast])
    func restart(mode: TestServer.StopMode) async throws {
        let server = try await TestServer.start()
        let configuration = Database.Configuration(conninfo: server.conninfo(database: "postgres"))
        try await withListener(configuration) { heard in
            #expect(await heard.next() == .connected)
            try await server.restart(mode: mode)
            #expect(await heard.next() == .lost)
            #expect(await heard.next() == .connected)
            let speaker = Database(configuration, logger: .silent)
            try await speaker.query("NOTIFY work")
            #expect(await heard.next() == .notified("work"))
            await speaker.close()
        }
        try await server.stop()
    }

    @Test("a server that is not there yet is waited for; the log is told once, and not where it should be")
    func notThereYet() async throws {
        let server = try await TestServer.start()
        let configuration = Database.Configuration(conninfo: server.conninfo(database: "postgres"))
        try await server.stop()
        let log = CapturedLog()
        try await withListener(configuration, logger: log.logger) { heard in
            try await until { log.text.split(separator: "\n").count > 2 }
            try await server.resume()
            #expect(await heard.next() == .connected)
        }
        #expect(log.text.split(separator: "\n").count { $0.hasPrefix("warning") } == 1)
        #expect(log.text.split(separator: "\n").count { $0.hasPrefix("notice") } == 1)
        #expect(!log.text.contains("host="))
        #expect(!log.text.contains("/tmp"))
        try await server.stop()
    }

    @Test("a server that refuses to be listened to is asked again")
    func refused() async throws {
        try await withDatabase { speaker, conninfo in
            let log = CapturedLog()
            try await withListener(
                Database.Configuration(conninfo: conninfo), channels: [""], logger: log.logger
            ) { _ in
                try await until { log.text.split(separator: "\n").count > 1 }
            }
            #expect(log.text.contains("SQLSTATE 42601"))
        }
    }

    @Test("a connection that is cut silently is found by the ping, and replaced")
    func cutSilently() async throws {
        try await withProxy { speaker, configuration, proxy in
            // The new connection's pings must be answered in less time, on however busy a machine.
            try await withListener(configuration, ping: .milliseconds(20), answerTimeout: .seconds(20)) { heard in
                #expect(await heard.next() == .connected)
                proxy.stall(.openConnections)
                #expect(await heard.next() == .lost)
                #expect(await heard.next() == .connected)
                #expect(proxy.accepted == 2)
                try await speaker.query("NOTIFY work")
                #expect(await heard.next() == .notified("work"))
            }
        }
    }

    @Test("a server that is silent for a while, and answers in time, has not been lost")
    func slow() async throws {
        try await withProxy { speaker, configuration, proxy in
            try await withListener(configuration, ping: .milliseconds(1)) { heard in
                #expect(await heard.next() == .connected)
                proxy.stall(.everything)
                try await until { proxy.withheld > 0 }
                try await speaker.query("NOTIFY work")
                proxy.resume()
                #expect(await heard.next() == .notified("work"))
                #expect(proxy.accepted == 1)
            }
        }
    }

    @Test("a connection that is hung up is replaced")
    func hungUp() async throws {
        try await withProxy { speaker, configuration, proxy in
            try await withListener(configuration) { heard in
                #expect(await heard.next() == .connected)
                proxy.cut()
                #expect(await heard.next() == .lost)
                #expect(await heard.next() == .connected)
                try await speaker.query("NOTIFY work")
                #expect(await heard.next() == .notified("work"))
            }
        }
    }

    @Test("a listener can be cancelled while it connects to somebody who does not answer, and is not heard afterwards")
    func cancelledWhileConnecting() async throws {
        try await withProxy { _, configuration, proxy in
            proxy.stall(.everything)
            let heard = Guarded<[ListenerEvent]>([])
            let listener = Listener(configuration, channels: ["work"], logger: .silent)
            let task = Task { try await listener.run { event in heard.withLock { $0.append(event) } } }
            try await until { proxy.accepted == 1 }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(proxy.open == 1)
            // The attempt that was left alone gets through now, and hangs up.
            proxy.resume()
            try await until { proxy.open == 0 || heard.withLock { !$0.isEmpty } }
            #expect(heard.withLock { $0 } == [])
        }
    }

    @Test("a listener can be cancelled while it waits for an answer that does not come")
    func cancelledWhileStalled() async throws {
        try await withProxy { _, configuration, proxy in
            try await withListener(configuration, ping: .milliseconds(1)) { heard in
                #expect(await heard.next() == .connected)
                proxy.stall(.everything)
                try await until { proxy.withheld > 0 }
            }
        }
    }
}
