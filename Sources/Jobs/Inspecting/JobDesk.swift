public import Postgres

/// Where people look after jobs: what waits, runs and is dead, and what they may do about it.
///
/// What is decided for several jobs is decided for all of them or for none. Everything goes by the database's clock.
public struct JobDesk: Sendable {
    let database: Database

    /// Opens the desk of a database.
    public init(_ database: Database) {
        self.database = database
    }
}
