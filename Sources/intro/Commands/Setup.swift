import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders
import Schema

/// `intro setup`: creates or upgrades the schema.
struct Setup: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "setup", abstract: "Create or upgrade the database schema.",
        discussion: "Example: intro setup --sample")

    @Flag(help: "Also load a sample studio with three trainers, once.")
    var sample = false

    @Flag(help: "Check only; exits with 78 if the schema differs.")
    var check = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// The result of setup.
    private struct Record: Encodable {
        let version: Int32
        let changed: Bool
        let sample: Bool
        /// The objects that had been dropped or changed by hand, and were repaired.
        var repaired: [String]?
        /// The roles for privileges that do not exist and could not be created; absent if there are none.
        var missingRoles: [String]?
        /// The numbers of clients that turned out to share a mailbox, the older one first; absent if there are none.
        var sharedMailboxes: [[Int64]]?
    }

    func checkUsage() throws {
        if sample && check { throw ValidationError("--sample and --check do not go together") }
    }

    func run(in intro: Intro) async throws {
        let database = try await intro.uncheckedDatabase()
        if check { try await DatabaseRequirement.check(database) }
        let (found, repaired) = try await check ? verify(database, intro) : change(database, intro)
        let loaded = sample ? try await SampleStudio.load(into: intro.administration(database), database) : false
        let changed = found.canBeApplied && !check || !repaired.isEmpty
        let shared = found.canBeApplied && !check ? try await sharedMailboxes(in: database) : []
        let missingRoles = try await database.withConnection { try await Privileges.missingRoles(on: $0) }
        var record = Record(version: found.version, changed: changed, sample: loaded)
        if !missingRoles.isEmpty { record.missingRoles = missingRoles }
        if !repaired.isEmpty { record.repaired = repaired }
        if !shared.isEmpty { record.sharedMailboxes = shared.map { $0.map(\.id.value) } }
        try intro.console.report(record) {
            let schema = found.canBeApplied && !check ? "The schema is now at step" : "The schema is at step"
            return "\(schema) \(found.version)."
                + repaired.map { "\nRepaired: \($0)." }.joined()
                + (loaded ? " The sample studio `downtown` is open: see `intro slots`." : "")
        }
        if !missingRoles.isEmpty {
            let statements = missingRoles.map { "CREATE ROLE \($0) NOLOGIN;" }.joined(separator: " ")
            intro.console.note(
                "only the owner can use the schema: \(missingRoles.joined(separator: " and ")) not found, and this login may "
                    + "not create roles; let an administrator run `\(statements)`, then run `intro setup` again")
        }
        for clients in shared {
            let names = clients.map(\.nameAndNumber).joined(separator: " and ")
            intro.console.note("\(names) share one mailbox and one free session: see `intro client show` for each")
        }
    }

    /// Compares the catalogue, the privileges and the time zone rules with those that this binary expects.
    ///
    /// The objects of a newer binary's schema are not compared, because this binary does not know them.
    private func verify(
        _ database: Database, _ intro: Intro
    ) async throws -> (found: Schema.Status, repaired: [String]) {
        let found = try await Schema.status(of: database)
        if let failure = Failure(found) { throw failure }
        guard found == .current else { return (found, []) }
        try await database.withConnection { connection in
            let objects = try await Catalogue.differences(on: connection)
            if !objects.isEmpty {
                throw Failure(catalogue: objects, hint: "run `intro setup` as the owner of the schema")
            }
            let privileges = try await Privileges.differences(on: connection)
            if !privileges.isEmpty { throw Failure(privileges: privileges) }
        }
        let timeZones = try await intro.timeZoneWarnings(in: database)
        if !timeZones.isEmpty { throw Failure(timeZones: timeZones) }
        return (found, [])
    }

    /// Creates or upgrades the schema, and repairs objects that were dropped or changed by hand.
    private func change(
        _ database: Database, _ intro: Intro
    ) async throws -> (found: Schema.Status, repaired: [String]) {
        do {
            let found = try await Schema.apply(to: database) { intro.console.note("waiting for a lock: \($0)") }
            if let failure = Failure(found), !found.canBeApplied { throw failure }
            return (found, try await repair(database, found, intro))
        } catch let error as PostgresError where error.kind == .server && error.sqlState == "42501" {
            throw Failure(notOwner: error)
        }
    }

    /// Repairs objects that were dropped or changed by hand.
    private func repair(_ database: Database, _ found: Schema.Status, _ intro: Intro) async throws -> [String] {
        if case .compatible = found { return [] }
        let repair = try await Catalogue.repair(database) { intro.console.note("waiting for a lock: \($0)") }
        let unlisted = try await database.withConnection { try await Privileges.unlistedObjects(on: $0) }
        guard repair.left.isEmpty else {
            throw Failure(
                catalogue: repair.left + unlisted,
                hint: "setup repairs functions, triggers, and missing constraints and indexes; change these by hand, "
                    + "and \(Failure.unlistedHint)")
        }
        guard unlisted.isEmpty else { throw Failure(catalogue: unlisted, hint: Failure.unlistedHint) }
        return repair.repaired
    }

    private func sharedMailboxes(in database: Database) async throws -> [[Client]] {
        try await database.withConnection { try await ClientRepository($0).sharingMailboxes() }
    }
}

extension Intro {
    /// Compares PostgreSQL's time zone rules with those of this binary.
    ///
    /// - Parameter database: The database with the studios' time zones.
    /// - Returns: A sentence for each time zone whose rules differ within two years.
    /// - Throws: `PostgresError`.
    func timeZoneWarnings(in database: Database) async throws -> [String] {
        try await database.withConnection { [now] connection in
            try await TimeZoneComparison.differences(on: connection, now: now)
        }.map(\.sentence)
    }

    /// Prints a warning on standard error for each difference in time zone rules.
    ///
    /// - Parameter database: The database with the studios' time zones.
    /// - Throws: `PostgresError`.
    func warnOfTimeZones(in database: Database) async throws {
        for warning in try await timeZoneWarnings(in: database) {
            console.warn("\(warning); \(Failure.timeZoneHint)")
        }
    }
}

extension Failure {
    /// The hint for differing time zone rules.
    static let timeZoneHint = "update tzdata on the database server, and install the current intro"

    /// Describes time zones for which the rules of the database and of this binary differ.
    init(timeZones warnings: [String]) {
        self = .misconfigured(
            "the database and this intro have different time zone rules", because: warnings.joined(separator: "; "),
            hint: Self.timeZoneHint)
        code = "time_zones"
    }
}

extension TimeZoneDifference {
    /// The text of the difference.
    fileprivate var sentence: String {
        let day = from.formatted(.iso8601.year().month().day())
        return "\(zone): from \(day) on, the database's clock is at \(Self.text(databaseOffset)), "
            + "and this intro's at \(Self.text(binaryOffset))"
    }

    private static func text(_ offset: Int) -> String {
        let minutes = abs(offset) / 60
        let pair = [minutes / 60, minutes % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return (offset < 0 ? "-" : "+") + pair.joined(separator: ":")
    }
}
