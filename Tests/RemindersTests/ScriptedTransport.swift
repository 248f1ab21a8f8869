import Messaging

/// A mail transport that returns outcomes chosen by a test, and records the recipients.
typealias ScriptedMailTransport = ScriptedTransport<MailEnvelope>

/// A text transport that returns outcomes chosen by a test, and records the recipients.
typealias ScriptedTextTransport = ScriptedTransport<TextMessage>

/// A transport that returns outcomes chosen by a test, and records the recipients.
struct ScriptedTransport<Item: Addressed>: Transport {
    let deliveries = Deliveries()
    private let outcome: @Sendable (String) async -> DeliveryOutcome

    init(_ outcome: @escaping @Sendable (String) async -> DeliveryOutcome = { _ in .accepted(reply: "250 taken") }) {
        self.outcome = outcome
    }

    func makeSession() -> any TransportSession<Item> { ScriptedSession(transport: self) }

    private actor ScriptedSession: TransportSession {
        let transport: ScriptedTransport

        init(transport: ScriptedTransport) {
            self.transport = transport
        }

        func deliver(_ item: Item) async -> DeliveryOutcome {
            await transport.deliveries.note(item.address)
            return await transport.outcome(item.address)
        }

        func close() async {}
    }
}

/// An item with one recipient.
protocol Addressed: Sendable {
    var address: String { get }
}

extension MailEnvelope: Addressed {
    var address: String { to.address }
}

extension TextMessage: Addressed {
    var address: String { to }
}

/// The recipients of a transport, in order.
actor Deliveries {
    private(set) var addresses: [String] = []
    private var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    func note(_ address: String) {
        addresses.append(address)
        for waiter in waiting where addresses.count >= waiter.count { waiter.continuation.resume() }
        waiting.removeAll { addresses.count >= $0.count }
    }

    /// Waits until the given number of deliveries have begun.
    func reach(_ count: Int) async {
        guard addresses.count < count else { return }
        await withCheckedContinuation { waiting.append((count, $0)) }
    }
}

/// A gate that opens once, which orders events in tests without sleeping.
actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    func pass() async {
        guard !isOpen else { return }
        await withCheckedContinuation { waiting.append($0) }
    }
}
