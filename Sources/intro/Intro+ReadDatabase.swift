import FoundationEssentials
import Postgres
import Schema

extension Intro {
    /// Returns the database for a command that only reads: that of `database.read_url` if it is set and can be used.
    ///
    /// A note on standard error states how far a standby is behind. If the database cannot be reached, or has a schema
    /// that this binary cannot read, a warning is printed and the primary is used.
    ///
    /// - Parameter isCheckedWhenRead: Whether the schema of the primary is checked together with the first statements.
    /// - Returns: The database.
    /// - Throws: A `Failure` when the URL is not valid, or when the primary cannot be reached or has a different schema.
    func readDatabase(isCheckedWhenRead: Bool = true) async throws -> Database {
        guard let url = settings.database.readURL else {
            return isCheckedWhenRead ? try await databaseCheckedWhenRead() : try await database()
        }
        var configuration = databaseConfiguration(conninfo: url)
        // The primary can answer instead: a command does not wait long.
        configuration.connectTimeout = .seconds(3)
        do {
            let database = open(configuration)
            let standby = try await database.withConnection { try await $0.standbyState() }
            if let failure = Failure(try await Schema.status(of: database)) { throw failure }
            if let standby { console.note(standby.text) }
            return database
        } catch is CancellationError {
            throw CancellationError()
        } catch let error as PostgresError where error.kind == .misconfigured {
            throw Failure.misconfigured(
                "database.read_url is not a database URL", because: error.message,
                hint: "write it as in postgresql://host/database, or leave it out to read from the primary")
        } catch {
            let failure = Failure(describing: error)
            console.note(
                "warning: reading from the primary, because database.read_url cannot be used: "
                    + [failure.message, failure.reason ?? ""].filter { !$0.isEmpty }.joined(separator: ": "))
            return try await self.database()
        }
    }
}

extension StandbyState {
    /// The note about the data that a command has read.
    var text: String {
        guard isReceiving else {
            return "read from a standby that receives no changes"
                + (lag.map { "; its last change is \(secondsText($0)) old" } ?? "")
        }
        return "read from a standby, " + (lag.map { "\(secondsText($0)) behind" } ?? "behind by an unknown time")
    }
}

/// Returns seconds with one decimal, such as `0.4 s`.
func secondsText(_ seconds: Double) -> String {
    let tenths = Int((seconds * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) s"
}
