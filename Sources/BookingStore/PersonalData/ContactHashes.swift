import Booking
import Postgres

/// The keyed hashes of the contacts in a request, which the database compares with those of erased clients.
///
/// Triggers ask for them only if hashes are stored: the first attempt of a transaction gives none. Its error is the sign to
/// compute them and to try again.
struct ContactHashes: Sendable {
    private let names: [String]
    private let digests: [String]
    /// The number of attempts with hashes; a contact may be added to a known client meanwhile.
    private let attempt: Int

    /// Computes the hashes of contacts.
    ///
    /// - Parameters:
    ///   - names: The contacts and addresses, in the forms of the database.
    ///   - key: The key.
    ///   - earlier: The hashes of the attempt before.
    init(_ names: [String], key: PrivacyKey, after earlier: ContactHashes?) {
        self.names = names
        digests = names.map(key.digest)
        attempt = (earlier?.attempt ?? 0) + 1
    }

    /// Returns whether a transaction failed because it gave no hashes, and is to be repeated with them.
    static func areMissing(_ error: PostgresError, after hashes: ContactHashes?) -> Bool {
        error.constraint == "contact_hashes_are_given" && (hashes?.attempt ?? 0) < 3
    }

    /// Gives the hashes to the triggers of a transaction.
    func set(on connection: Connection) async throws {
        _ = try await connection.query(
            "SELECT set_config('intro.contact_hashes', jsonb_object(\(names), \(digests))::text, true)")
    }

    /// The name of a blocked address in the hashes.
    static func blocked(_ contact: Contact) -> String {
        switch contact {
        case .email(let email): "blocked:email:\(email.address.lowercased())"
        case .phone(let phone): "blocked:sms:\(phone.e164)"
        }
    }
}

extension FrontDesk {
    /// Returns a front desk that gives the hashes of a booking's contacts.
    func comparing(_ request: BookingRequest) async throws -> FrontDesk {
        let given = [
            request.who.contact, request.email.map { .email($0) }, request.phone.map { .phone($0) },
            request.newClient?.email.map { .email($0) }, request.newClient?.phone.map { .phone($0) },
        ]
        let client: Int64? = if case .id(let id) = request.who { id.value } else { nil }
        return try await comparing(
            "SELECT unnest(contacts_to_compare(\(request.contacts.keys), \(client)))",
            blocked: given.compactMap(\.self))
    }

    /// Returns a front desk that gives the hashes of a session's contacts.
    func comparing(_ reference: Reference) async throws -> FrontDesk {
        try await comparing(
            "SELECT unnest(contacts_to_compare(named_contacts, client_id)) FROM session WHERE reference = \(reference.code)",
            blocked: [])
    }

    private func comparing(_ names: SQL, blocked: [Contact]) async throws -> FrontDesk {
        var desk = self
        desk.contactHashes = try await database.withConnection { connection in
            let names = try await connection.query(names).decode(String.self)
            let key = try await ForgottenContacts(connection, key: privacyKey).verifiedKey(or: .neededToCompare)
            return ContactHashes(names + blocked.map(ContactHashes.blocked), key: key, after: contactHashes)
        }
        return desk
    }
}

extension Administration {
    /// Runs a change of a client, and repeats it with the hashes of the contacts if the database asks for them.
    ///
    /// - Parameters:
    ///   - details: Returns the client after the change.
    ///   - body: The change.
    /// - Returns: The changed client.
    /// - Throws: The error of the body, ``PrivacyKeyError`` or ``PostgresError``.
    func comparing(
        _ details: () async throws -> ClientDetails, _ body: (Administration) async throws -> Client
    ) async throws -> Client {
        do {
            return try await body(self)
        } catch let error as PostgresError where ContactHashes.areMissing(error, after: contactHashes) {
            var administration = self
            let names = try await details().contactList.map(ContactHashes.blocked)
            administration.contactHashes = try await database.withConnection { connection in
                let key = try await ForgottenContacts(connection, key: privacyKey).verifiedKey(or: .neededToCompare)
                return ContactHashes(names, key: key, after: contactHashes)
            }
            return try await body(administration)
        }
    }
}

extension ClientDetails {
    /// The e-mail address and the phone number.
    fileprivate var contactList: [Contact] {
        [email.map { .email($0) }, phone.map { .phone($0) }].compactMap(\.self)
    }
}
