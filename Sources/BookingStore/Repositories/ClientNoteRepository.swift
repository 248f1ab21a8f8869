public import Booking
public import FoundationEssentials
public import Postgres

/// The notes about clients in the database, which are never changed.
public struct ClientNoteRepository: Sendable {
    let connection: Connection

    /// Creates a repository on a connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns the notes about a client, oldest first.
    public func notes(about client: Client.ID) async throws -> [ClientNote] {
        try await connection.query(
            "SELECT at, author, text FROM client_note WHERE client_id = \(client.value) ORDER BY id"
        ).decode((Date, String, String).self).map { ClientNote(at: $0, author: $1, text: $2) }
    }

    /// Adds a note about a client.
    ///
    /// - Parameters:
    ///   - text: The note.
    ///   - client: The client.
    ///   - author: The actor.
    ///   - now: The time of writing.
    /// - Throws: ``PostgresError``.
    func add(_ text: SingleLineText, about client: Client.ID, by author: String, now: Date) async throws {
        try await connection.query(
            """
            INSERT INTO client_note (client_id, at, author, text)
            VALUES (\(client.value), \(now), \(author), \(text.text))
            """)
    }
}

extension Administration {
    /// Adds a note about a client.
    ///
    /// - Parameters:
    ///   - text: The note.
    ///   - identifier: The client.
    ///   - now: The time of writing.
    /// - Returns: The client, and all notes about them.
    /// - Throws: ``NotFound``, ``InvalidInput`` if several clients match, or ``PostgresError``.
    public func addNote(
        _ text: SingleLineText, about identifier: ClientIdentifier, now: Date
    ) async throws -> (client: Client, notes: [ClientNote]) {
        try await inTransaction { connection in
            let client = try await ClientRepository(connection).one(identifier)
            let notes = ClientNoteRepository(connection)
            try await notes.add(text, about: client.id, by: actor, now: now)
            return (client, try await notes.notes(about: client.id))
        }
    }
}
