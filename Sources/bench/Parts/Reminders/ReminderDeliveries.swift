/// Batches of reminders by the real binary, beside a C program that sends as many prepared mails.
struct ReminderDeliveries {
    let office: MailOffice

    /// How long a far server's replies take, in milliseconds.
    private static let latency = 20

    func figures(in workshop: Workshop) async throws -> [Figure] {
        let sink = try await MailSink.start()
        defer { sink.stop() }
        return try await near(sink, in: workshop) + far(sink, in: workshop)
    }

    private func near(_ sink: MailSink, in workshop: Workshop) async throws -> [Figure] {
        let (large, small) = workshop.sizes.messages
        workshop.say("reminders: sending")
        let less = try await office.send(small, to: sink, connections: 8)
        var memory: [Double] = []
        let runs = try await PairedRuns.measure(.valueByLimit, rounds: workshop.sizes.rounds) {
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

    private func far(_ sink: MailSink, in workshop: Workshop) async throws -> [Figure] {
        let count = workshop.sizes.messages.small
        workshop.say("reminders: sending to a server that answers after \(Self.latency) ms")
        let slow = try await sink.behind(try await workshop.compile("delay"), milliseconds: Self.latency)
        defer { slow.stop() }
        let runs = try await PairedRuns.measure(.valueByLimit, rounds: workshop.sizes.rounds) {
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
