import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite(
    "frozen primary and promotion of a standby after three seconds", .timeLimit(.minutes(30)),
    .enabled(
        if: InstalledPrograms.smtpSink != nil && Studio.isOnPrivateServer, "needs smtp-sink of the package postfix"))
struct FrozenPrimaryTests {
    @Test("commands exit as repeatable, and bookings and mail continue at the standby")
    func promotion() async throws {
        let first = try await TestServer.startReplicated()
        try await Studio.on(first) { studio in
            let second = try await first.makeStandby(isSynchronous: false)
            let cluster = try studio.reached(byServersIn: [first.socketFolder, second.socketFolder])
            await studio.database.close()
            try await SilentPrimary(
                event: "a frozen primary", primary: first, standby: second, cluster: cluster, sink: .start()
            ).promote { try first.freeze() }
            await cluster.database.close()
            try first.destroy()
        }
    }

    @Test("with a proxy that stops forwarding, commands exit as repeatable, and bookings and mail continue")
    func proxy() async throws {
        let first = try await TestServer.startReplicated()
        try await Studio.on(first) { studio in
            let second = try await first.makeStandby(isSynchronous: false)
            let proxy = try StallingProxy(toServerIn: first.socketFolder)
            defer { proxy.stop() }
            let cluster = try studio.reached(byServersIn: [proxy.folder, second.socketFolder])
            try await SilentPrimary(
                event: "a proxy that stops forwarding", primary: first, standby: second, cluster: cluster,
                sink: .start()
            ).promote { proxy.stall(.everything) }
            await cluster.database.close()
        }
    }
}
