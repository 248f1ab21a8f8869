import ArgumentParser
import Booking
import BookingStore
import Postgres
import Schema

/// `intro setup`: creates or upgrades the schema.
struct Setup: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "setup", abstract: "Create or upgrade the database's schema.")

    @Flag(help: "Also load a sample studio with three trainers, once.")
    var sample = false

    @Flag(help: "Only tell; ends with 78 when the schema is not this binary's.")
    var check = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// What setup did.
    private struct Record: Encodable {
        let version: Int32
        let changed: Bool
        let sample: Bool
        /// Only where clients turned out to have one mailbox: their numbers, the older one first.
        var sharedMailboxes: [[Int64]]?
    }

    func checkUsage() throws {
        if sample && check { throw ValidationError("--sample and --check do not go together") }
    }

    func run(in intro: Intro) async throws {
        let database = try await intro.bareDatabase()
        if check { try await DatabaseRequirement.check(database) }
        let found = try await check ? Schema.status(of: database) : apply(to: database, intro)
        if let failure = Failure(found), check || !found.canBeApplied { throw failure }
        if check {
            let differences = try await database.withConnection { try await Privileges.differences(on: $0) }
            if !differences.isEmpty { throw Failure(privileges: differences) }
        }
        let loaded = sample ? try await SampleStudio.load(into: intro.backOffice(database), database) : false
        let changed = found.canBeApplied && !check
        let shared = changed ? try await sharedMailboxes(in: database) : []
        var record = Record(version: found.version, changed: changed, sample: loaded)
        if !shared.isEmpty { record.sharedMailboxes = shared.map { $0.map(\.id.value) } }
        try intro.console.report(record) {
            let schema = changed ? "The schema is now at step" : "The schema is at step"
            return "\(schema) \(found.version)."
                + (loaded ? " The sample studio `downtown` is open: see `intro slots`." : "")
        }
        for clients in shared {
            let names = clients.map(\.nameAndNumber).joined(separator: " and ")
            intro.console.note("\(names) have one mailbox and one free session: see `intro client show` for each")
        }
    }

    private func sharedMailboxes(in database: Database) async throws -> [[Client]] {
        try await database.withConnection { try await ClientRepository($0).sharingMailboxes() }
    }

    private func apply(to database: Database, _ intro: Intro) async throws -> Schema.Status {
        try await Schema.apply(to: database) { intro.console.note("waiting for a lock: \($0)") }
    }
}
