import Locking
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite(
    "packet loss between clients and the primary", .timeLimit(.minutes(30)),
    .enabled(if: InstalledPrograms.canMakeNetworks && Studio.isOnPrivateServer, "only root may make networks"))
struct LostPacketsTests {
    @Test(
        "commands exit as repeatable, and bookings and mail continue at the promoted standby",
        .enabled(if: InstalledPrograms.smtpSink != nil, "needs smtp-sink of the package postfix"))
    func promotion() async throws {
        try await withCluster { cluster in
            let sink = try await MailSink.start(through: cluster.network.clientSide)
            try await SilentPrimary(
                event: "lost packets", primary: cluster.primary, standby: cluster.standby, cluster: cluster.studio,
                sink: sink
            ).promote { try await cluster.network.dropPackets() }

            let asked = ContinuousClock.now
            let fresh = try await cluster.studio.intro("slots")
            #expect(fresh.exit == 0, "\(fresh.stderr)")
            print("lost packets: a command that first tries the silent server took \(asked.duration(to: .now))")
        }
    }

    @Test("a booking in progress is made once at the promoted standby, by itself or by a repetition")
    func booking() async throws {
        try await withCluster { cluster in
            let booking = [
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at",
                "2026-12-01 09:00", "--request-id", "r1", "--json",
            ]
            let dropped = Guarded<ContinuousClock.Instant?>(nil)
            let result = try await cluster.direct.whileTableIsLocked { waiting in
                let result = try await cluster.studio.intro(booking) { _ in
                    try await waiting()
                    try await cluster.standby.catchUp(with: cluster.primary)
                    try await cluster.network.dropPackets()
                    dropped.withLock { $0 = .now }
                    try await cluster.standby.promote()
                }
                _ = try await cluster.direct.ask(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'psql' "
                        + "AND pid <> pg_backend_pid()")
                return result
            }
            let start = try #require(dropped.withLock { $0 })
            print("lost packets: a booking under way ended with \(result.exit) after \(start.duration(to: .now))")
            #expect([0, 69, 75].contains(result.exit), "\(result.stderr)")
            try await cluster.studio.answer(booking.filter { $0 != "--json" })
            #expect(try await cluster.studio.count("session") == 1)
        }
    }

    /// A primary in a network that can be cut, and its standby, which is reached by a Unix socket.
    private struct Cluster: Sendable {
        let network: PrivateNetwork
        let primary: TestServer
        let standby: TestServer
        /// The studio as the binary reaches it: the primary first, through the network.
        let studio: Studio
        /// The studio at the primary, by its Unix socket.
        let direct: Studio
    }

    private func withCluster(_ body: (Cluster) async throws -> Void) async throws {
        let network = try await PrivateNetwork()
        let primary = try await TestServer.startReplicated()
        try await Studio.on(primary) { studio in
            let standby = try await primary.makeStandby(isSynchronous: false)
            try await primary.enter(network)
            let hosts = [PrivateNetwork.serverAddress, try standby.socketFolder]
            var reached = try studio.reached(byServersIn: [standby.socketFolder])
                .reached(by: studio.conninfo(toServersAt: hosts))
            reached.wrapper = network.clientSide
            try await body(
                Cluster(network: network, primary: primary, standby: standby, studio: reached, direct: studio))
            await reached.database.close()
        }
        try await primary.stop(.immediate)
        withExtendedLifetime(network) {}
    }
}
