import Messaging

/// Mail that does what a test says, and remembers whom it was to reach.
typealias ToldTransport = Told<MailEnvelope>

/// Texts that do what a test says, and remember whom they were to reach.
typealias ToldTexts = Told<TextMessage>

/// A transport that does what a test says, and remembers whom it was to reach.
struct Told<Item: Addressed>: Transport {
    let deliveries = Deliveries()
    private let outcome: @Sendable (String) async -> DeliveryOutcome

    init(_ outcome: @escaping @Sendable (String) async -> DeliveryOutcome = { _ in .accepted(reply: "250 taken") }) {
        self.outcome = outcome
    }

    func makeSession() -> any TransportSession<Item> { ToldSession(transport: self) }

    private actor ToldSession: TransportSession {
        let transport: Told

        init(transport: Told) {
            self.transport = transport
        }

        func deliver(_ item: Item) async -> DeliveryOutcome {
            await transport.deliveries.note(item.address)
            return await transport.outcome(item.address)
        }

        func close() async {}
    }
}

/// What goes to one address or number.
protocol Addressed: Sendable {
    var address: String { get }
}

extension MailEnvelope: Addressed {
    var address: String { to.address }
}

extension TextMessage: Addressed {
    var address: String { to }
}

/// Whom a transport was to reach, in order.
actor Deliveries {
    private(set) var addresses: [String] = []
    private var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    func note(_ address: String) {
        addresses.append(address)
        for waiter in waiting where addresses.count >= waiter.count { waiter.continuation.resume() }
        waiting.removeAll { addresses.count >= $0.count }
    }

    /// Waits until so many deliveries have begun.
    func reach(_ count: Int) async {
        guard addresses.count < count else { return }
        await withCheckedContinuation { waiting.append((count, $0)) }
    }
}

/// A door that opens once: tests put events in order with it instead of sleeping.
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
