import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite(
    "a primary that freezes, and a standby that is promoted three seconds later", .timeLimit(.minutes(30)),
    .enabled(if: Installed.smtpSink != nil && Studio.isOnPrivateServer, "needs smtp-sink of the package postfix"))
struct FrozenPrimaryTests {
    @Test("every command ends as one to be repeated, and bookings and mail go on at the standby")
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
}
