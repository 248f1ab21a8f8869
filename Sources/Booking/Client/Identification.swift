/// Decides which client a request is about, by the contacts and the name that the caller gave.
///
/// The contact that was given as the client's comes first, then the others. A name that fits nobody is refused: either the
/// caller is another person with the same contact, or the wrong contact was typed.
public struct Identification: Sendable {
    /// The clients who have one contact, or the one with a client number.
    public struct Owners: Sendable {
        /// The contact; `nil` for a client number.
        public let contact: Contact?
        /// The clients.
        public let clients: [Client]

        /// Lists the owners of a contact.
        public init(of contact: Contact?, _ clients: [Client]) {
            self.contact = contact
            self.clients = clients
        }
    }

    /// What the decision is.
    public enum Decision: Sendable {
        /// This client; the name that was given may be another one, which was confirmed.
        case client(Client, isOtherName: Bool)
        /// Nobody yet.
        case nobody
        /// One of these clients, and nothing tells which.
        case ambiguous([Client])
        /// Somebody with another name, who may not be meant.
        case otherName(Refusal)
    }

    /// Who goes by what was given as the client's e-mail, phone or number.
    public let named: Owners
    /// Who has the contacts that were given besides.
    public let beside: [Owners]
    /// The name that was given.
    public let name: String?
    /// Whether the caller confirmed that the known person is meant although the name differs.
    public let acceptsOtherName: Bool

    /// Takes what was found.
    public init(named: Owners, beside: [Owners] = [], name: String?, acceptsOtherName: Bool) {
        self.named = named
        self.beside = beside
        self.name = name
        self.acceptsOtherName = acceptsOtherName
    }

    /// The decision.
    public var decision: Decision {
        let others = Self.distinct(beside.flatMap(\.clients))
        let people = named.clients.isEmpty ? others : named.clients
        guard let name else {
            if !named.clients.isEmpty || acceptsOtherName { return Self.only(of: people, isOtherName: false) }
            return .nobody
        }
        for candidates in [named.clients, others] {
            let best = Self.closestMatches(candidates, to: name)
            if !best.isEmpty { return Self.only(of: best, isOtherName: false) }
        }
        guard !people.isEmpty else { return .nobody }
        if acceptsOtherName { return Self.only(of: people, isOtherName: true) }
        return .otherName(nameDiffers(name))
    }

    /// The contact by which clients were found, the first one that was given.
    public var sharedContact: Contact? {
        named.clients.isEmpty ? beside.first { !$0.clients.isEmpty }?.contact : named.contact
    }

    /// Whether one client is meant.
    public var isDecided: Bool {
        if case .client = decision { true } else { false }
    }

    private static func only(of clients: [Client], isOtherName: Bool) -> Decision {
        guard let client = clients.first else { return .nobody }
        return clients.count == 1 ? .client(client, isOtherName: isOtherName) : .ambiguous(clients)
    }

    /// The clients whose name is most like the given one; none where nobody's is.
    private static func closestMatches(_ clients: [Client], to name: String) -> [Client] {
        let similarity = clients.map { NameComparison.similarity($0.name, name) }
        guard let best = similarity.max(), best > .different else { return [] }
        return zip(clients, similarity).filter { $0.1 == best }.map(\.0)
    }

    private static func distinct(_ clients: [Client]) -> [Client] {
        var seen: Set<Client.ID> = []
        return clients.filter { seen.insert($0.id).inserted }
    }
}

extension Identification {
    private func nameDiffers(_ name: String) -> Refusal {
        let owners = (named.clients.isEmpty ? beside : [named]).filter { !$0.clients.isEmpty }
        let whose = owners.map(\.sentence).joined(separator: ", and ")
        return Refusal(.nameDiffers, "\(whose); the given name is \(visible(name))", hint: hint(owners))
    }

    private func hint(_ owners: [Owners]) -> String {
        let clients = Self.distinct(owners.flatMap(\.clients))
        let known =
            clients.count == 1
            ? "to book for \(clients.map { visible($0.name) }.joined()), add --yes"
            : "to book for one of them, give their client number to --client"
        guard owners.contains(where: { $0.isPhone }) else {
            return named.contact == nil && !named.clients.isEmpty
                ? "\(known); otherwise correct the client number"
                : "\(known); another person needs an e-mail of their own"
        }
        return "\(known); for another person with the same phone, add them first: "
            + "`intro client add NAME --phone NUMBER`, and book by the new client number"
    }
}

extension Identification.Owners {
    fileprivate var isPhone: Bool {
        if case .phone = contact { true } else { false }
    }

    /// Whose the contact is, as a sentence.
    public var sentence: String {
        guard let contact else {
            return clients.map { "client \($0.id.value) is \(visible($0.name))" }.joined(separator: " and ")
        }
        return "\(contact.display) belongs to " + clients.map(\.nameAndNumber).joined(separator: " and ")
    }
}

extension Client {
    /// The person as a message names them: `Greg Park (client 17)`.
    public var nameAndNumber: String { "\(visible(name)) (client \(id.value))" }
}
