import Messaging

/// A transport that does what a test says, and remembers whom it was to reach.
struct ToldTransport: Transport {
    let deliveries = Deliveries()
    private let outcome: @Sendable (String) async -> DeliveryOutcome

    init(_ outcome: @escaping @Sendable (String) async -> DeliveryOutcome = { _ in .accepted(reply: "250 taken") }) {
        self.outcome = outcome
    }

    func makeCourier() -> any Courier<PostedMail> { ToldCourier(transport: self) }

    private actor ToldCourier: Courier {
        let transport: ToldTransport

        init(transport: ToldTransport) {
            self.transport = transport
        }

        func deliver(_ mail: PostedMail) async -> DeliveryOutcome {
            await transport.deliveries.note(mail.to.address)
            return await transport.outcome(mail.to.address)
        }

        func close() async {}
    }
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
