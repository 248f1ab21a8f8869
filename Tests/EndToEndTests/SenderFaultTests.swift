import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite(
    "senders that are stopped during a batch", .timeLimit(.minutes(30)),
    .enabled(if: InstalledPrograms.python != nil, "needs Python"))
struct SenderFaultTests {
    /// Waits until a number of messages have reached a server that answers none of them.
    private func wait(for count: Int, at server: ScriptedServer) async throws {
        try await PostgresTesting.wait(until: "\(count) messages are at the server") {
            try server.receivedMessages().count == count
        }
    }

    /// Waits until the database has closed the connections of a sender that has ended.
    private func waitForGoneSender(_ studio: Studio) async throws {
        try await PostgresTesting.wait(until: "the killed sender's connections are closed") {
            try await studio.count(
                "pg_stat_activity", where: "datname = current_database() AND application_name = 'intro'") == 0
        }
    }

    private func expectEachOnce(_ count: Int, at server: ScriptedServer) throws {
        let received = try server.receivedMessages()
        #expect(received.count == count)
        #expect(Set(received.map(\.messageID)).count == count)
    }

    @Test("after kill -9, the next run sends the remaining messages and lists the unknown ones")
    func killed() async throws {
        try await Studio.with { studio in
            try await studio.bookMany(20)
            let server = try ScriptedServer(faults: [.at(.dot, .hold)])
            let mailing = studio.mailing(to: server.url, connections: 2)
            let dead = try await studio.intro(["reminders", "send"], environment: mailing) { sender in
                try await wait(for: 2, at: server)
                kill(sender, SIGKILL)
            }
            #expect(dead.exit == 128 + SIGKILL)
            server.release()
            try await waitForGoneSender(studio)

            let next = try await studio.intro("reminders", "send", environment: mailing)
            #expect(next.exit == 0, "\(next.stderr)")
            #expect(next.stdout.contains("18 sent"), "\(next.stdout)")
            #expect(next.stdout.contains("2 unknown"))
            try expectEachOnce(20, at: server)
            let unknown = try await studio.answer("reminders", "list", "--status", "unknown").items
            #expect(unknown.count == 2)
            #expect(unknown.allSatisfy { $0["reason"] == "sender_died" && $0["sent_at"] == .null })
            for reference in unknown.compactMap({ $0["reference"]?.text }) {
                #expect(next.stdout.contains(reference))
            }
            let third = try await studio.answer("reminders", "send", environment: mailing)
            #expect(third == .object(["due": 0, "sent": 0, "failed": 0, "unknown": 0, "skipped": 0]))
            try expectEachOnce(20, at: server)
        }
    }

    @Test("another sender does not send the messages of a slow sender")
    func slowSender() async throws {
        try await Studio.with { studio in
            try await studio.bookMany(10)
            let server = try ScriptedServer(faults: [.at(.dot, .hold)])
            let slow = try await studio.intro(
                ["reminders", "send", "--json"], environment: studio.mailing(to: server.url, connections: 1)
            ) { _ in
                try await wait(for: 1, at: server)
                // To a folder: at the server it would wait as well.
                let other = try await studio.answer("reminders", "send")
                #expect(other == .object(["due": 9, "sent": 9, "failed": 0, "unknown": 0, "skipped": 0]))
                server.release()
            }
            #expect(slow.exit == 0)
            #expect(try slow.printed["sent"] == 1)
            #expect(try await studio.messages("sent") == 10)
        }
    }

    @Test(
        "the first SIGINT or SIGTERM finishes the current messages and leaves the rest queued",
        arguments: [SIGINT, SIGTERM])
    func interrupted(signal: Int32) async throws {
        try await Studio.with { studio in
            try await studio.bookMany(20)
            let server = try ScriptedServer(faults: [.at(.dot, .hold)])
            let mailing = studio.mailing(to: server.url, connections: 2)
            let result = try await studio.intro(["reminders", "send", "--json"], environment: mailing) { sender in
                try await wait(for: 2, at: server)
                kill(sender, signal)
                try await PostgresTesting.wait(until: "the sender has handled the signal") { !catches(signal, sender) }
                server.release()
            }
            #expect(result.exit == 0, "\(result.stderr)")
            let sent = try await studio.messages("sent")
            #expect(sent >= 2 && sent < 20)
            #expect(try result.printed["sent"] == .number(Double(sent)))
            #expect(try await studio.messages("queued") == 20 - sent)
            #expect(try await studio.answer("reminders", "send", environment: mailing)["unknown"] == 0)
            try expectEachOnce(20, at: server)
        }
    }

    /// The kernel chooses the thread that receives a signal; if all threads block it, the default action does not end
    /// the process.
    @Test(
        "the second SIGINT ends the process at once in any thread, and the current message becomes unknown",
        arguments: [nil, SIGINT])
    func interruptedTwice(blocked: Int32?) async throws {
        try await Studio.with { studio in
            try await studio.bookMany(5)
            let server = try ScriptedServer(faults: [.at(.dot, .hold)])
            let mailing = studio.mailing(to: server.url, connections: 1)
            let send = ["reminders", "send"]
            let result = try await studio.intro(send, environment: mailing, blocking: blocked) { sender in
                try await wait(for: 1, at: server)
                kill(sender, SIGINT)
                try await PostgresTesting.wait(until: "the sender has handled the signal") { !catches(SIGINT, sender) }
                kill(sender, SIGINT)
            }
            #expect(result.exit == 128 + SIGINT)
            server.release()
            try await waitForGoneSender(studio)
            let next = try await studio.answer("reminders", "send", environment: mailing)
            #expect(next == .object(["due": 5, "sent": 4, "failed": 0, "unknown": 1, "skipped": 0]))
            try expectEachOnce(5, at: server)
        }
    }

    /// Whether a process catches a signal, which it does until it has handled the first one.
    private func catches(_ signal: Int32, _ process: pid_t) -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let mask = status.firstMatch(of: /SigCgt:\s*([0-9a-f]+)/).flatMap { UInt64($0.1, radix: 16) } ?? 0
        return mask & (1 << UInt64(signal - 1)) != 0
    }

    /// The outcome of a message at a server with a fault, and whether a later run sends it.
    struct Outcome: CustomTestStringConvertible, Sendable {
        let step: ScriptedServer.Step
        let action: ScriptedServer.Action
        let status: String
        let reason: String
        let arrivesLater: Bool
        /// The exit status of the sender.
        let exit: Int32

        /// The reason in words, in the error.
        var words: String? {
            [
                "rejected_for_now": "temporarily rejected", "rejected_for_good": "permanently rejected",
                "not_sent": "server unavailable",
            ][reason]
        }

        var testDescription: String { "\(action) at \(step) is \(status)" }
    }

    @Test(
        "a server fault has the right outcome, and the next run repeats only messages that surely did not arrive",
        arguments: [
            Outcome(
                step: .rcpt, action: .reply("450 4.2.1 busy"), status: "queued", reason: "rejected_for_now",
                arrivesLater: true, exit: 75),
            Outcome(
                // The address is suppressed, so that no action is needed.
                step: .rcpt, action: .reply("550 5.1.1 nobody"), status: "failed", reason: "rejected_for_good",
                arrivesLater: false, exit: 0),
            Outcome(
                step: .dot, action: .reply("451 4.3.0 later"), status: "queued", reason: "rejected_for_now",
                arrivesLater: true, exit: 75),
            Outcome(
                step: .dot, action: .reply("554 5.7.1 no"), status: "failed", reason: "rejected_for_good",
                arrivesLater: false, exit: 65),
            Outcome(step: .dot, action: .drop, status: "unknown", reason: "no_answer", arrivesLater: false, exit: 0),
            Outcome(step: .mail, action: .drop, status: "queued", reason: "not_sent", arrivesLater: true, exit: 75),
        ])
    func faults(outcome: Outcome) async throws {
        try await Studio.with { studio in
            try await studio.bookMany(1)
            let faulty = try ScriptedServer(faults: [.at(outcome.step, outcome.action)])
            let result = try await studio.intro(
                "reminders", "send", "--json", environment: studio.mailing(to: faulty.url))
            #expect(result.exit == outcome.exit, "\(result.stderr)")
            #expect(try result.printed["due"] == 1)
            if outcome.exit != 0 {
                #expect(result.error?.message.contains("1 \(outcome.words ?? "")") == true, "\(result.stderr)")
            }
            let entry = try #require(try await studio.answer("reminders", "list").items.first)
            #expect(entry["status"] == .text(outcome.status))
            #expect(entry["reason"] == .text(outcome.reason))
            let healthy = try ScriptedServer()
            let next = try await studio.answer("reminders", "send", environment: studio.mailing(to: healthy.url))
            #expect(next["sent"] == (outcome.arrivesLater ? 1 : 0))
            #expect(try healthy.receivedMessages().count == (outcome.arrivesLater ? 1 : 0))
        }
    }
}
