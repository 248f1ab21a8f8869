import Foundation
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
            let sink = try await MailSink.start()
            let mailing = studio.mailing(to: sink.url)
            await studio.database.close()
            let stop = Latch()
            async let runner = cluster.intro(["run"], environment: mailing) { process in
                await stop.wait()
                kill(process, SIGTERM)
            }
            try await cluster.book("Ana", at: "2026-12-01 09:00")
            try await wait(until: "the first mail has arrived") { try sink.receivedMessages().count == 1 }
            try await second.catchUp(with: first)

            try first.freeze()
            let frozen = ContinuousClock.now
            async let commands = atOnce(4) { number in
                let words = [["slots"], ["schedule", "maria"], ["agenda", "downtown"], ["jobs", "stats"]][number]
                let result = try await cluster.intro(words)
                return (result, frozen.duration(to: .now))
            }
            // The time that passes before an operator or a cluster manager acts; nothing is waited for.
            try await Task.sleep(for: .seconds(3))
            try await second.promote()
            let promoted = ContinuousClock.now
            try await cluster.repeatBooking("Ben", at: "2026-12-01 10:00")
            let booked = promoted.duration(to: .now)
            try await wait(until: "the second mail has arrived") { try sink.receivedMessages().count == 2 }
            let mailed = promoted.duration(to: .now)

            let results = try await commands
            #expect(results.allSatisfy { [0, 69, 75].contains($0.0.exit) }, "\(results.map(\.0.stderr))")
            print(
                "a frozen primary: commands under way ended after \(results.map(\.1).max() ?? .zero) at most; after the "
                    + "promotion, the first booking took \(booked) and the first mail \(mailed)")
            stop.open()
            let ended = try await runner
            #expect([0, 75].contains(ended.exit), "\(ended.stderr)")
            await cluster.database.close()
            try first.destroy()
        }
    }
}

extension Studio {
    /// Books as a desk does: a request that failed is repeated until it is answered.
    fileprivate func repeatBooking(_ name: String, at time: String) async throws {
        try await wait(until: "\(name) is booked") {
            let result = try await intro(
                "book", "--client", "\(name.lowercased())@example.com", "--name", name, "--at", time, "--request-id",
                name, "--json")
            try #require([0, 69, 75].contains(result.exit), "\(result.stderr)")
            return result.exit == 0
        }
    }
}
