/// Batches of reminders by the real binary, beside a C program that sends as many prepared mails.
struct ReminderDeliveries {
    let office: MailOffice

    /// How long a far server's replies take, in milliseconds.
    private static let latency = 20

    func figures(in context: BenchContext) async throws -> [Figure] {
        let sink = try await MailSink.start()
        defer { sink.stop() }
        return try await near(sink, in: context) + far(sink, in: context)
    }

    private func near(_ sink: MailSink, in context: BenchContext) async throws -> [Figure] {
        let (large, small) = context.sizes.messages
        context.say("reminders: sending")
        let less = try await office.send(small, to: sink, connections: 8)
        var memory: [Double] = []
        let runs = try await PairedRuns.measure(.valueByLimit, rounds: context.sizes.rounds) {
            let reading = try await office.send(large, to: sink, connections: 8)
            memory.append(reading.megabytes)
            return Double(large) / reading.seconds
        } limit: {
            try await office.sendByPeer(large, to: sink, connections: 8)
        }
        return [
            Figure("reminders, send \(large)", runs, unit: "/s", goal: .atLeast(0.6)),
            Figure("reminders, send, memory", memory, unit: "MB", goal: .atMost(100)),
            Figure(
                "reminders, send, memory by that at \(small)", memory.map { $0 / less.megabytes }, unit: "",
                goal: .atMost(1.1)),
        ]
    }

    private func far(_ sink: MailSink, in context: BenchContext) async throws -> [Figure] {
        let count = context.sizes.messages.small
        context.say("reminders: sending to a server that answers after \(Self.latency) ms")
        let slow = try await sink.behind(try await context.compile("delay"), milliseconds: Self.latency)
        defer { slow.stop() }
        let runs = try await PairedRuns.measure(.valueByLimit, rounds: context.sizes.rounds) {
            Double(count) / (try await office.send(count, to: slow, connections: 32)).seconds
        } limit: {
            try await office.sendByPeer(count, to: slow, connections: 32)
        }
        return [
            Figure(
                "reminders, send \(count), replies after \(Self.latency) ms", runs, unit: "/s", goal: .atLeast(0.9))
        ]
    }
}
