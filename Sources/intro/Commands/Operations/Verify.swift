import ArgumentParser
import BookingStore
import FoundationEssentials
import Postgres
import Reminders
import Schema

/// `intro verify`: checks the invariants of the stored data.
struct Verify: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that the stored data is consistent.",
        discussion: """
            Checks bookings, free sessions, messages and the event log in one snapshot, without blocking bookings. Exits \
            with 65 if anything is inconsistent. For a restored copy, give the time of the back-up as --now.

            Example: intro verify
            """)

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let database = try await intro.readDatabase(isCheckedWhenRead: false)
        let context = InvariantContext(
            now: intro.now,
            references: Catalogue.references.map { .init(table: $0.table, column: $0.column, target: $0.target) })
        let (snapshot, results) = try await InvariantSnapshot.check(
            Invariant.all, in: database, connections: min(4, intro.settings.database.connections)
        ) { invariant, connection in
            try await invariant.result(on: connection, in: context)
        }
        let record = VerificationRecord(
            snapshot, checks: zip(Invariant.all, results).map { VerificationRecord.Check($0, $1) })
        try intro.console.report(record) { record.text(on: intro.console) }
        guard record.ok else { throw record.failure }
    }
}

/// An invariant of bookings or of the ledger.
enum Invariant {
    case booking(BookingInvariant)
    case ledger(LedgerInvariant)

    /// All invariants, in the order in which they are checked.
    static var all: [Invariant] {
        BookingInvariant.allCases.map(Invariant.booking) + LedgerInvariant.allCases.map(Invariant.ledger)
    }

    /// The name of the check.
    var name: String {
        switch self {
        case .booking(let invariant): invariant.rawValue
        case .ledger(let invariant): invariant.rawValue
        }
    }

    /// The meaning of a violation, and what to do about it.
    var wording: InvariantWording {
        switch self {
        case .booking(let invariant): invariant.wording
        case .ledger(let invariant): invariant.wording
        }
    }

    /// Counts the violations, and describes the first ones.
    func result(on connection: isolated Connection, in context: InvariantContext) async throws -> InvariantResult {
        switch self {
        case .booking(let invariant): try await invariant.result(on: connection, in: context)
        case .ledger(let invariant): try await invariant.result(on: connection, now: context.now)
        }
    }
}

/// The JSON form of the result.
struct VerificationRecord: Encodable {
    /// The result of one check.
    struct Check: Encodable {
        let name: String
        let violations: Int
        /// The first violations.
        let examples: [String]
        /// The meaning of a violation.
        let meaning: String
        let remedy: String

        init(_ invariant: Invariant, _ result: InvariantResult) {
            name = invariant.name
            violations = result.violations
            examples = result.examples
            meaning = invariant.wording.meaning
            remedy = invariant.wording.remedy
        }
    }

    /// The time of the snapshot, by the database's clock.
    let snapshotAt: Date
    let checks: [Check]
    /// Whether no check has found a violation.
    let ok: Bool
    /// Whether a standby was read.
    let standby: Bool
    /// The seconds by which the standby was behind; absent on a primary, or if unknown.
    let lagSeconds: Double?

    init(_ snapshot: InvariantSnapshot, checks: [Check]) {
        snapshotAt = snapshot.time
        self.checks = checks
        ok = checks.allSatisfy { $0.violations == 0 }
        standby = snapshot.standby != nil
        lagSeconds = snapshot.standby?.lag
    }
}

extension VerificationRecord {
    private var violated: [Check] { checks.filter { $0.violations > 0 } }

    /// The table of checks, and each violated one with its first violations.
    func text(on console: Console) -> String {
        let table = Table(
            [.init("CHECK"), .init("VIOLATIONS", .right)], rows: checks.map { [$0.name, "\($0.violations)"] })
        let details = violated.map { check in
            let more = check.violations - check.examples.count
            let lines = check.examples + (more > 0 ? ["and \(more) more"] : [])
            return "\(Style.red(check.name, when: console.isColored)): \(check.meaning)\n"
                + lines.map { "  \($0.visible)\n" }.joined()
                + "\(Style.bold("remedy:", when: console.isColored)) \(check.remedy)"
        }
        return ([table.text(on: console)] + details).joined(separator: "\n\n")
    }

    /// The failure that is reported after the result.
    var failure: Failure {
        let names = violated.map(\.name).joined(separator: ", ")
        return Failure(
            code: "inconsistent_data", message: "the stored data is not consistent: \(names)",
            hint: "see the remedies above; \"Verify\" in deploy/README.md explains each check", exit: .invalidInput)
    }
}
