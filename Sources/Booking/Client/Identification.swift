/// The identification of a request's client by the contacts and the name in the request.
///
/// The contact that identifies the client has precedence over the additional contacts. A name that matches none of the
/// owners is refused: either the caller is another person with the same contact, or the contact was mistyped.
public struct Identification: Sendable {
    /// The clients that have a contact, or the client with a client number.
    public struct Owners: Sendable {
        /// The contact; `nil` if the clients were found by client number.
        public let contact: Contact?
        /// The clients.
        public let clients: [Client]

        /// Creates a list of the owners of a contact.
        public init(of contact: Contact?, _ clients: [Client]) {
            self.contact = contact
            self.clients = clients
        }
    }

    /// The result of an identification.
    public enum Decision: Sendable {
        /// One client; `isOtherName` if the given name differs and the caller confirmed the client.
        case client(Client, isOtherName: Bool)
        /// No known client.
        case noMatch
        /// Several clients that match equally.
        case ambiguous([Client])
        /// Clients with another name, which the caller has not confirmed.
        case otherName(Refusal)
    }

    /// The known clients of a request that gives another name.
    public struct NameConflict: Sendable, Hashable {
        /// The identifier that the known clients and the request share.
        public enum Basis: Sendable, Hashable {
            /// The client number.
            case clientNumber
            /// An e-mail address, which belongs to one person.
            case email
            /// A phone number, which several people may share.
            case phone
        }

        /// The known clients.
        public let clients: [Client]
        /// The shared identifier.
        public let basis: Basis
    }

    /// The owners of the e-mail address, phone number or client number that identifies the client.
    public let named: Owners
    /// The owners of the additional contacts.
    public let beside: [Owners]
    /// The name in the request.
    public let name: String?
    /// Whether the caller confirmed the known client although the name differs.
    public let acceptsOtherName: Bool

    /// Creates an identification from the owners that were found.
    public init(named: Owners, beside: [Owners] = [], name: String?, acceptsOtherName: Bool) {
        self.named = named
        self.beside = beside
        self.name = name
        self.acceptsOtherName = acceptsOtherName
    }

    /// The result of the identification.
    public var decision: Decision {
        let others = Self.distinct(beside.flatMap(\.clients))
        let people = named.clients.isEmpty ? others : named.clients
        guard let name else {
            if !named.clients.isEmpty || acceptsOtherName { return Self.only(of: people, isOtherName: false) }
            return .noMatch
        }
        for candidates in [named.clients, others] {
            let best = Self.closestMatches(candidates, to: name)
            if !best.isEmpty { return Self.only(of: best, isOtherName: false) }
        }
        guard !people.isEmpty else { return .noMatch }
        if acceptsOtherName { return Self.only(of: people, isOtherName: true) }
        return .otherName(nameDiffers(name))
    }

    /// The first given contact by which clients were found.
    public var sharedContact: Contact? {
        named.clients.isEmpty ? beside.first { !$0.clients.isEmpty }?.contact : named.contact
    }

    /// Whether exactly one client was identified.
    public var isDecided: Bool {
        if case .client = decision { true } else { false }
    }

    private static func only(of clients: [Client], isOtherName: Bool) -> Decision {
        guard let client = clients.first else { return .noMatch }
        return clients.count == 1 ? .client(client, isOtherName: isOtherName) : .ambiguous(clients)
    }

    /// Returns the clients whose name is most similar to the given one; empty if every name is different.
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
        return Refusal(
            .nameDiffers, "\(whose); the given name is \(visible(name))", remedy: .resolveName(nameConflict(owners)))
    }

    private func nameConflict(_ owners: [Owners]) -> NameConflict {
        let isByNumber = named.contact == nil && !named.clients.isEmpty
        return NameConflict(
            clients: Self.distinct(owners.flatMap(\.clients)),
            basis: owners.contains { $0.isPhone } ? .phone : isByNumber ? .clientNumber : .email)
    }
}

extension Identification.Owners {
    fileprivate var isPhone: Bool {
        if case .phone = contact { true } else { false }
    }

    /// A sentence that names the owners of the contact.
    public var sentence: String {
        guard let contact else {
            return clients.map { "client \($0.id.value) is \(visible($0.name))" }.joined(separator: " and ")
        }
        return "\(contact.display) belongs to " + clients.map(\.nameAndNumber).joined(separator: " and ")
    }
}

extension Client {
    /// The name and the client number, as error messages show them: `Greg Park (client 17)`.
    public var nameAndNumber: String { "\(visible(name)) (client \(id.value))" }
}
