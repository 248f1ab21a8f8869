public import Booking
import Postgres

/// The identification of a booking's client in the database.
struct ClientIdentification {
    let clients: ClientRepository
    let request: BookingRequest

    /// The clients who have the contacts of the request.
    struct Lookup {
        fileprivate let named: Pending<[Client]>
        fileprivate let beside: [(contact: Contact, owners: Pending<[Client]>)]
    }

    /// Looks up the clients of the request, together with the next statement.
    func lookUp() async -> Lookup {
        let named = await clients.sendMatching(request.who)
        var beside: [(contact: Contact, owners: Pending<[Client]>)] = []
        for contact in [request.email.map({ Contact.email($0) }), request.phone.map({ Contact.phone($0) })] {
            guard let contact else { continue }
            beside.append((contact, await clients.sendMatching(ClientIdentifier(contact))))
        }
        return Lookup(named: named, beside: beside)
    }

    /// Identifies the client by the identifier, and if that is not decisive, by the additional contacts.
    func identify(_ lookup: Lookup) async throws -> Identification {
        let named = Identification.Owners(of: request.who.contact, try await lookup.named.value())
        let first = identification(named, beside: [])
        switch first.decision {
        case .client, .ambiguous: return first
        // A client number is decisive: additional contacts are ignored.
        case .noMatch, .otherName: if request.who.contact == nil { return first }
        }
        var beside: [Identification.Owners] = []
        for (contact, owners) in lookup.beside {
            beside.append(Identification.Owners(of: contact, try await owners.value()))
        }
        return identification(named, beside: beside)
    }

    /// Returns the error for an identifier that matches no client.
    func notFound(_ identification: Identification) -> NotFound {
        NotFound(.unnamedClient(request.who, others: identification.beside.filter { !$0.clients.isEmpty }))
    }

    private func identification(
        _ named: Identification.Owners, beside: [Identification.Owners]
    ) -> Identification {
        Identification(
            named: named, beside: beside, name: request.name?.text, acceptsOtherName: request.acceptsOtherName)
    }
}

/// A report on which contacts of a booking were stored.
public struct ContactReport: Sendable {
    /// A contact that was not stored.
    public struct NotStored: Sendable {
        /// The reason why a contact is not stored.
        public enum Reason: Sendable, Hashable {
            /// Other clients have the contact.
            case belongs(to: [Client])
            /// The given name is not the client's.
            case otherName
            /// The session was booked by an earlier request, and a repeated request changes nothing.
            case repetition
            /// The client has another contact of the kind.
            case differs(Client.ID)
        }

        /// The contact.
        public let contact: Contact
        /// The reason.
        public let reason: Reason
    }

    /// The contacts that were stored for the client.
    public internal(set) var stored: [Contact] = []
    /// The contacts that were not stored for the client.
    public internal(set) var notStored: [NotStored] = []

    /// Creates an empty report.
    public init() {}
}

/// The contacts in a booking request, which are stored if the client has no e-mail address or phone number.
///
/// Stored contacts are never overwritten.
struct GivenContacts {
    /// The reason why a contact is not stored.
    enum Obstacle {
        /// The given name is not the client's.
        case otherName
        /// The session was booked by an earlier request.
        case repetition
    }

    let clients: ClientRepository
    let request: BookingRequest

    /// Stores missing contacts, and reports every contact that is not the client's.
    func keep(for client: Client, unless obstacle: Obstacle? = nil) async throws -> ContactReport {
        var report = ContactReport()
        for contact in given where !client.has(contact) {
            let owners = try await clients.matching(ClientIdentifier(contact))
            // The contact is another spelling of the client's own.
            if owners.contains(where: { $0.id == client.id }) { continue }
            if owners.isEmpty, obstacle == nil, try await clients.store(contact, of: client.id) {
                report.stored.append(contact)
            } else {
                report.notStored.append(
                    ContactReport.NotStored(contact: contact, reason: reason(contact, client, owners, obstacle)))
            }
        }
        return report
    }

    /// Returns whether the request is for a different person than a client.
    ///
    /// A repeated request must be for the same person. If the contact is not the client's, because it was changed since the
    /// first request, the names are compared.
    func isForAnotherPerson(than client: Client) async throws -> Bool {
        guard let contact = request.who.contact else { return request.who != .id(client.id) }
        guard !client.has(contact) else { return false }
        let owners = try await clients.matching(request.who)
        guard !owners.contains(where: { $0.id == client.id }) else { return false }
        guard let name = request.newClient?.name else { return !owners.isEmpty }
        return !NameComparison.isSameName(name, client.name)
    }

    /// All contacts of the request, without duplicates.
    private var given: [Contact] {
        let all = [request.who.contact, request.email.map { .email($0) }, request.phone.map { .phone($0) }]
        return all.compactMap(\.self).reduce(into: []) { given, contact in
            if !given.contains(contact) { given.append(contact) }
        }
    }

    private func reason(
        _ contact: Contact, _ client: Client, _ owners: [Client], _ obstacle: Obstacle?
    ) -> ContactReport.NotStored.Reason {
        guard owners.isEmpty else { return .belongs(to: owners) }
        let isMissing = contact.isEmail ? client.email == nil : client.phone == nil
        return switch obstacle {
        case .otherName: .otherName
        case .repetition where isMissing: .repetition
        case .repetition, nil: .differs(client.id)
        }
    }
}

extension Client {
    fileprivate func has(_ contact: Contact) -> Bool {
        switch contact {
        case .email(let email): email.matchKey == self.email?.matchKey
        case .phone(let phone): phone == self.phone
        }
    }
}

extension Contact {
    fileprivate var isEmail: Bool {
        if case .email = self { true } else { false }
    }
}
