import Foundation
import Locking
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite(
    "messages during a failover", .timeLimit(.minutes(30)),
    .enabled(
        if: InstalledPrograms.smtpSink != nil && Studio.isOnPrivateServer, "needs smtp-sink of the package postfix"))
struct FailoverDeliveryTests {
    @Test("a switchover and a synchronous failover under load hold messages briefly, and send none twice")
    func underLoad() async throws {
        let first = try await TestServer.startReplicated()
        try await Studio.on(first) { studio in
            let second = try await first.makeStandby(isSynchronous: true)
            let third = try ScratchFolder()
            let cluster = try studio.reached(byServersIn: [first.socketFolder, second.socketFolder, "\(third.path)/s"])
            let sink = try await MailSink.start()
            let desk = Desk(studio: cluster)
            await studio.database.close()
            try await cluster.withRunners(2, mailing: studio.mailing(to: sink.url)) {
                try await desk.whileBooking {
                    try await desk.reach(8)
                    try await first.stop(.fast)
                    try await cluster.report("a switchover", to: second) { try await desk.reach(desk.booked + 8) }
                    let standby = try await second.makeStandby(isSynchronous: true)
                    try FileManager.default.createSymbolicLink(
                        atPath: "\(third.path)/s", withDestinationPath: try standby.socketFolder)
                    try await desk.reach(desk.booked + 8)
                    try await second.stop(.immediate)
                    try await cluster.report("a synchronous failover", to: standby) {
                        try await desk.reach(desk.booked + 8)
                    }
                }
                try await wait(until: "all messages are sent") { try await cluster.confirmations("queued") == 0 }
            }
            let recipients = try sink.receivedMessages().flatMap(\.recipients)
            let unknown = try await cluster.confirmations("unknown")
            #expect(recipients.count == Set(recipients).count)
            #expect(Set(recipients).count + Int(unknown) >= desk.booked)
            #expect(try await cluster.confirmations("sent") + unknown == Int64(desk.booked))
            print(
                "\(desk.booked) bookings during both: \(recipients.count - Set(recipients).count) confirmations twice, "
                    + "\(unknown) unknown, \(max(0, desk.booked - Set(recipients).count - Int(unknown))) lost")
            await cluster.database.close()
        }
    }
}

/// A desk that books one session after the other, and continues during database failures.
private final class Desk: Sendable {
    private let studio: Studio
    private let count = Guarded(0)
    private let isOpen = Guarded(true)

    init(studio: Studio) { self.studio = studio }

    /// The number of booked sessions.
    var booked: Int { count.withLock { $0 } }

    func reach(_ number: Int) async throws {
        try await wait(until: "\(number) sessions are booked") { booked >= number }
    }

    func whileBooking(_ body: () async throws -> Void) async throws {
        let booking = Task { try await book() }
        do {
            try await body()
        } catch {
            booking.cancel()
            throw error
        }
        isOpen.withLock { $0 = false }
        try await booking.value
    }

    private func book() async throws {
        while isOpen.withLock({ $0 }) {
            try Task.checkCancellation()
            let number = booked
            let day = 1 + number / 16
            let time = "\(7 + number % 16 / 2):\(number % 2 == 0 ? "00" : "30")"
            // A failed request is repeated until it succeeds.
            let result = try await studio.intro(
                "book", "--client", "guest\(number)@example.com", "--name", "Guest \(number)", "--trainer", "maria",
                "--at", "2026-12-\(day < 10 ? "0" : "")\(day) \(time)", "--override", "load", "--request-id",
                "r\(number)",
                "--json")
            if result.exit == 0 { count.withLock { $0 += 1 } }
            try #require([0, 69, 75].contains(result.exit), "\(result.stderr)")
        }
    }
}

/// Whether a child process has ended; its status can still be read.
func hasEnded(_ process: pid_t) -> Bool {
    var information = siginfo_t()
    let result = waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT)
    return result != 0 || information.si_signo == SIGCHLD
}

extension Studio {
    /// Runs runners with a journal each during the body; a runner that cannot reach the database is started again, as
    /// systemd does.
    fileprivate func withRunners(
        _ count: Int, mailing: [String: String], _ body: () async throws -> Void
    ) async throws {
        let homes = try (0..<count).map { _ in try ScratchFolder() }
        let stop = Latch()
        let runners = homes.map { home in
            Task {
                while true {
                    let result = try await intro(
                        ["run"], environment: mailing.merging(["INTRO_HOME": home.path]) { $1 }
                    ) { process in
                        while !stop.isOpen && !hasEnded(process) { try await Task.sleep(for: .milliseconds(20)) }
                        kill(process, SIGTERM)
                    }
                    if result.exit != 69 || stop.isOpen { return result }
                }
            }
        }
        let outcome: Result<Void, any Error>
        do {
            try await wait(until: "the senders are registered") {
                try await self.count("delivery_sender") == Int64(count)
            }
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
        stop.open()
        for runner in runners {
            let result = try await runner.value
            #expect([0, 75].contains(result.exit), "\(result.stderr)")
        }
        try outcome.get()
    }

    /// The number of confirmations with a status.
    fileprivate func confirmations(_ status: String) async throws -> Int64 {
        try await count("message", where: "rule = 'confirmation' AND status = '\(status)'")
    }

    /// Promotes a standby and prints how long messages were held.
    fileprivate func report(_ event: String, to standby: TestServer, _ load: () async throws -> Void) async throws {
        let start = ContinuousClock.now
        try await standby.promote()
        let promoted = ContinuousClock.now
        try await wait(until: "both senders have compared their journals") {
            // The test's own connections were lost as well.
            let epochs = try? await count("delivery_epoch", where: "NOT is_other_database(delivery_epoch)")
            let senders = try? await count("delivery_sender", where: "reconciliation <> 'done'")
            return epochs == 1 && senders == 0
        }
        let reconciled = ContinuousClock.now
        #expect(try await count("delivery_hold()") == 0)
        try await load()
        print(
            "\(event) under load: promoted in \(start.duration(to: promoted)), messages held for "
                + "\(promoted.duration(to: reconciled)) after it")
    }
}
