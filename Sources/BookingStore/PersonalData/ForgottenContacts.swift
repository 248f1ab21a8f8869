public import Booking
public import Postgres

/// The keyed hashes of erased clients' contacts.
public struct ForgottenContacts: Sendable {
    let connection: Connection
    private let key: PrivacyKeySource

    /// Creates a reader of the hashes.
    public init(_ connection: Connection, key: @escaping PrivacyKeySource) {
        self.connection = connection
        self.key = key
    }

    /// The refusal of a person whose free session was used or booked before the data was erased.
    static var refusal: Refusal {
        Refusal(
            .introAlreadyUsed,
            "the free session of this address was used before; the client's data was erased on request",
            remedy: .offerMembership)
    }

    /// Returns the refusal of a person with any of the contacts whose free session was used before the data was erased.
    ///
    /// - Parameter contacts: The person's contacts.
    /// - Returns: The refusal, or `nil`.
    /// - Throws: ``PrivacyKeyError`` or ``PostgresError``.
    public func refusal(of contacts: Contacts) async throws -> Refusal? {
        let names = try await connection.query(
            """
            SELECT contact_key(contact)
            FROM unnest(\(contacts.keys)::text[]) AS contact
            WHERE EXISTS (SELECT FROM forgotten_contact)
            """
        ).decode(String.self)
        guard !names.isEmpty else { return nil }
        let digests = names.map(try await verifiedKey(or: .neededToCompare).digest)
        let isUsed = try await connection.query(
            """
            SELECT EXISTS (
                SELECT
                FROM forgotten_contact AS contact
                JOIN session ON session.id = contact.session_id
                WHERE contact.digest = ANY (ARRAY(
                        SELECT decode(digest, 'hex') FROM unnest(\(digests)::text[]) AS digest))
                  AND session.status IN ('booked', 'attended'))
            """
        ).decode(Bool.self)[0]
        return isUsed ? Self.refusal : nil
    }

    /// Returns the configured key, after comparing it with the one whose hashes are stored.
    ///
    /// - Parameters:
    ///   - error: The error if no key is configured.
    ///   - isFirst: Whether the key is recorded if no hash is stored yet.
    /// - Returns: The key.
    /// - Throws: ``PrivacyKeyError`` or ``PostgresError``.
    func verifiedKey(or error: PrivacyKeyError, isFirst: Bool = false) async throws -> PrivacyKey {
        guard let key = try key() else { throw error }
        let check = key.digest(of: PrivacyKey.checkedText)
        if isFirst {
            try await connection.query(
                "INSERT INTO privacy_key (check_value) VALUES (decode(\(check), 'hex')) ON CONFLICT DO NOTHING")
        }
        let stored = try await connection.query("SELECT encode(check_value, 'hex') FROM privacy_key").decode(
            String.self)
        guard stored.isEmpty && error == .neededToErase || stored == [check] else { throw PrivacyKeyError.isAnother }
        return key
    }
}
