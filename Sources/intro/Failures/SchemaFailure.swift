import Postgres
import Schema

extension Failure {
    /// Describes a schema that does not match this binary; `nil` for a current schema.
    init?(_ status: Schema.Status) {
        switch status {
        case .current, .compatible:
            return nil
        case .missing:
            self = .misconfigured("the database has no Intro schema", hint: "run `intro setup`")
        case .behind(let database, let binary):
            self = .misconfigured(
                "the database's schema is older than this intro",
                because: "it is at step \(database), and this binary needs step \(binary) with its functions",
                hint: "run `intro setup`")
        case .ahead(let database, let binary):
            self = .misconfigured(
                "the database's schema is newer than this intro",
                because: "it is at step \(database), and this binary supports only step \(binary)",
                hint: "install the newer intro")
        case .altered(let step):
            self = .misconfigured(
                "the database's schema was created by a different intro",
                because: "its step \(step) differs from that of this binary",
                hint: "use the intro that created it, or another database")
        }
        code = "schema"
    }
}

extension Failure {
    /// The hint for tables, functions, triggers and rules that do not belong to Intro.
    static let unlistedHint = "drop what is not listed, or move it to another schema"

    /// Describes privileges that differ from those that this binary expects, and objects without expected privileges.
    init(privileges differences: [String]) {
        let setup = "run `intro setup` as the owner of the schema"
        let hasUnlisted = differences.contains { $0.hasSuffix(Privileges.unlisted) }
        self.init(
            schema: "the privileges in the database are not as Intro needs them", differences,
            hint: hasUnlisted ? "\(Self.unlistedHint); then \(setup)" : setup)
    }

    /// Describes a login that may not change the schema.
    init(notOwner error: PostgresError) {
        self = .misconfigured(
            "this login may not change the schema", because: "\(error)", hint: "run it as the owner of the schema")
    }

    /// Describes tables, constraints, indexes, triggers or functions that differ from those that this binary expects.
    init(catalogue differences: [String], hint: String) {
        self.init(schema: "the database's schema is not as Intro needs it", differences, hint: hint)
    }

    private init(schema message: String, _ differences: [String], hint: String) {
        let shown = differences.prefix(5).joined(separator: "; ")
        let more = differences.count > 5 ? "; and \(differences.count - 5) more" : ""
        self = .misconfigured(message, because: shown + more, hint: hint)
        code = "schema"
    }
}

extension Failure {
    /// Describes a requirement that the database does not meet.
    init(_ requirement: DatabaseRequirement) {
        switch requirement {
        case .encoding(let encoding):
            self = .misconfigured(
                "the database uses the encoding \(encoding), and Intro needs UTF8",
                hint: "create one with `createdb --encoding=UTF8 --template=template0`, and connect to that")
        case .searchPath(let path):
            self = .misconfigured(
                "the search_path of this login (\(path.isEmpty ? "empty" : path)) contains no existing schema",
                hint: "set it for the login: ALTER ROLE name SET search_path = public")
        case .otherSchema(let found, let current):
            self = .misconfigured(
                "Intro's tables are in the schema \(found), and this login's search_path leads to \(current)",
                hint: "set it for the login: ALTER ROLE name SET search_path = \(found)")
        }
        code = "schema"
    }
}

extension Schema.Status {
    /// The schema step of the database after this binary has upgraded it.
    var version: Int32 {
        if case .compatible(let database, _) = self { database } else { Schema.version }
    }

    /// Whether `intro setup` can change the schema.
    var canBeApplied: Bool {
        switch self {
        case .missing, .behind: true
        case .current, .compatible, .ahead, .altered: false
        }
    }
}
