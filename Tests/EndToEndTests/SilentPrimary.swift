import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

/// A scenario: the primary stops answering during commands and a runner, and its standby is promoted three seconds
/// later.
struct SilentPrimary: Sendable {
    /// The name of the event in the printed results.
    let event: String
    let primary: TestServer
    let standby: TestServer
    /// The studio at a URL that names both servers.
    let cluster: Studio
    let sink: MailSink

    /// Runs the scenario.
    ///
    /// - Parameter silence: Makes the primary stop answering.
    /// - Throws: The error of a step.
    func promote(after silence: () async throws -> Void) async throws {
        let stop = Latch()
        async let runner = cluster.intro(["run"], environment: cluster.mailing(to: sink.url)) { process in
            await stop.wait()
            kill(process, SIGTERM)
        }
        // A failed step must not wait for the runner.
        defer { stop.open() }
        try await cluster.book("Ana", at: "2026-12-01 09:00")
        try await wait(until: "the first mail has arrived") { try sink.receivedMessages().count == 1 }
        try await standby.catchUp(with: primary)

        try await silence()
        let silenced = ContinuousClock.now
        async let commands = atOnce(4) { number in
            let words = [["slots"], ["schedule", "maria"], ["agenda", "downtown"], ["jobs", "stats"]][number]
            let result = try await cluster.intro(words)
            return (result, silenced.duration(to: .now))
        }
        // Stands for the time until an operator or a cluster manager acts; the test waits for no event here.
        try await Task.sleep(for: .seconds(3))
        try await standby.promote()
        let promoted = ContinuousClock.now
        try await cluster.repeatBooking("Ben", at: "2026-12-01 10:00")
        let booked = promoted.duration(to: .now)
        try await wait(until: "the second mail has arrived") { try sink.receivedMessages().count == 2 }
        let mailed = promoted.duration(to: .now)

        let results = try await commands
        #expect(results.allSatisfy { [0, 69, 75].contains($0.0.exit) }, "\(results.map(\.0.stderr))")
        print(
            "\(event): commands under way ended after \(results.map(\.1).max() ?? .zero) at most; after the promotion, "
                + "the first booking took \(booked) and the first mail \(mailed)")
        stop.open()
        let ended = try await runner
        #expect([0, 75].contains(ended.exit), "\(ended.stderr)")
    }
}

extension Studio {
    /// Books as a desk does: repeats a failed request until it succeeds.
    func repeatBooking(_ name: String, at time: String) async throws {
        try await wait(until: "\(name) is booked") {
            let result = try await intro(
                "book", "--client", "\(name.lowercased())@example.com", "--name", name, "--at", time, "--request-id",
                name, "--json")
            try #require([0, 69, 75].contains(result.exit), "\(result.stderr)")
            return result.exit == 0
        }
    }
}
