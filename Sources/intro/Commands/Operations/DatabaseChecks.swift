import BookingStore
import FoundationEssentials
import LocalPostgres
import Messaging
import Postgres
import Reminders
import Schema

extension Intro {
    /// Checks the database, what depends on it, and the templates.
    ///
    /// - Returns: The findings; only one about a database that cannot be reached.
    func databaseChecks() async -> [DoctorCheck] {
        do {
            if settings.database.location == .local, try !localServer.exists {
                let message = "the private PostgreSQL in \(settings.home) has not been created yet"
                return [.warning("database", message, hint: "run `intro setup`")] + templateChecks(rules: [])
            }
            let database = try await existingDatabase()
            let server = try await database.withConnection { connection in
                (try await SystemStatus.DatabaseState(on: connection), connection.server)
            }
            let schema = try await schemaCheck(database)
            var checks = [databaseCheck(server.0, isLocal: server.1?.isLocalSocket ?? false)]
            checks += [server.1.flatMap { certificateCheck($0) }, schema].compactMap(\.self)
            checks += await findings("extensions") { try await extensionChecks(database) }
            if schema.result == .ok {
                checks += await findings("catalogue") { try await catalogueChecks(database) }
                checks += await findings("privileges") { try await privilegeChecks(database) }
                checks += await findings("time_zones") { try await timeZoneChecks(database) }
            }
            checks += await findings("clock") { [try await clockCheck(database)] }
            let rules = schema.result == .ok ? await enabledRules(in: database) : []
            return checks + templateChecks(rules: rules)
        } catch {
            return [.problem("database", error)] + templateChecks(rules: [])
        }
    }

    private func findings(_ name: String, _ body: () async throws -> [DoctorCheck]) async -> [DoctorCheck] {
        do {
            return try await body()
        } catch {
            return [.problem(name, error)]
        }
    }

    private func databaseCheck(_ server: SystemStatus.DatabaseState, isLocal: Bool) -> DoctorCheck {
        let name = "database"
        let message =
            "PostgreSQL \(server.version), \(server.role.rawValue), \(server.tls ? "TLS" : "no TLS"), "
            + "\(server.name) on \(server.host)"
        if server.role == .standby {
            return .warning(
                name, "\(message): a standby accepts no bookings",
                hint: "connect to the primary: name all hosts in the URL, with target_session_attrs=read-write")
        }
        let isLoopback = isLocal || ["localhost", "127.0.0.1", "::1"].contains(server.host)
        guard server.tls || isLoopback else {
            return .warning(
                name, "\(message): names and contacts of clients pass the network unencrypted",
                hint: "add `sslmode=verify-full` to the URL")
        }
        return .ok(name, message)
    }

    /// Checks the certificate of the database's server, which libpq verifies only where `sslmode` requires it.
    private func certificateCheck(_ server: ConnectedServer) -> DoctorCheck? {
        server.certificateEnd.flatMap { end in
            CertificateValidity(of: "\(server.host):\(server.port)", until: end, at: Date()).finding(
                "database_certificate", consequence: "clients with sslmode=verify-ca or verify-full are refused")
        }
    }

    private func schemaCheck(_ database: Database) async throws -> DoctorCheck {
        let name = "schema"
        do {
            try await DatabaseRequirement.check(database)
            let status = try await Schema.status(of: database)
            if let failure = Failure(status) { return .problem(name, failure) }
            guard status == .current else {
                return .warning(
                    name, "step \(status.version), and this binary was built for step \(Schema.version)",
                    hint: "install the newer intro on this host; its objects and privileges are not compared")
            }
            return .ok(name, "step \(status.version), which this binary expects")
        } catch let requirement as DatabaseRequirement {
            return .problem(name, requirement)
        }
    }

    private func catalogueChecks(_ database: Database) async throws -> [DoctorCheck] {
        let differences = try await database.withConnection { try await Catalogue.differences(on: $0) }
        let name = "catalogue"
        guard !differences.isEmpty else {
            return [.ok(name, "all tables, constraints, triggers and functions are there")]
        }
        return [.problem(name, Failure(catalogue: differences, hint: "run `intro setup` as the owner of the schema"))]
    }

    private func privilegeChecks(_ database: Database) async throws -> [DoctorCheck] {
        let (differences, missingRoles) = try await database.withConnection { connection in
            (try await Privileges.differences(on: connection), try await Privileges.missingRoles(on: connection))
        }
        let name = "privileges"
        if !differences.isEmpty { return [.problem(name, Failure(privileges: differences))] }
        guard missingRoles.isEmpty else {
            let statements = missingRoles.map { "CREATE ROLE \($0) NOLOGIN;" }.joined(separator: " ")
            return [
                .warning(
                    name, "\(missingRoles.joined(separator: " and ")) not found: only the owner can use the schema",
                    hint: "let an administrator run `\(statements)`, then run `intro setup`")
            ]
        }
        return [.ok(name, "as this binary expects")]
    }

    private func timeZoneChecks(_ database: Database) async throws -> [DoctorCheck] {
        let warnings = try await timeZoneWarnings(in: database)
        guard warnings.isEmpty else { return [.problem("time_zones", Failure(timeZones: warnings))] }
        return [.ok("time_zones", "the same rules in the database and in this binary, for two years")]
    }
}

extension Intro {
    /// The extensions that the schema uses.
    private static let extensions = ["btree_gist", "pg_trgm"]

    private func extensionChecks(_ database: Database) async throws -> [DoctorCheck] {
        let name = "extensions"
        let rows = try await database.query(
            """
            SELECT wanted.name, available.installed_version, available.default_version
            FROM unnest(\(Self.extensions)) AS wanted (name)
            LEFT JOIN pg_available_extensions AS available USING (name)
            ORDER BY wanted.name
            """
        ).decode((String, String?, String?).self)
        let findings = rows.compactMap { row -> DoctorCheck? in
            let (wanted, installed, available) = row
            guard let installed else {
                let hint =
                    available == nil
                    ? "install PostgreSQL's contrib modules, then run `CREATE EXTENSION \(wanted)` in the database"
                    : "run `CREATE EXTENSION \(wanted)` in the database as its owner"
                return .problem(name, "the extension \(wanted) is missing", hint: hint)
            }
            guard let available, available != installed else { return nil }
            return .warning(
                name, "the extension \(wanted) has version \(installed), and the server brings \(available)",
                hint: "run `ALTER EXTENSION \(wanted) UPDATE` in the database as its owner")
        }
        guard findings.isEmpty else { return findings }
        return [.ok(name, rows.map { "\($0.0) \($0.1 ?? "")" }.joined(separator: ", "))]
    }

    private func clockCheck(_ database: Database) async throws -> DoctorCheck {
        try await database.withConnection { connection in
            // The first statement of a connection takes longer.
            _ = try await connection.query("SELECT clock_timestamp()")
            let before = Date()
            let there = try await connection.query("SELECT clock_timestamp()").decode(Date.self)[0]
            return ClockSkew(before: before, database: there, after: Date()).check
        }
    }
}

/// The difference between the clocks of the database and of this machine.
struct ClockSkew: Equatable, Sendable {
    /// The seconds by which the database is ahead; negative if it is behind.
    let seconds: Double

    /// Returns the part of the clock difference that the duration of the round trip cannot explain.
    init(before: Date, database: Date, after: Date) {
        let earliest = database.timeIntervalSince(after)
        let latest = database.timeIntervalSince(before)
        seconds = earliest > 0 ? earliest : latest < 0 ? latest : 0
    }

    /// The result: more than a second is a warning, more than half a minute a problem.
    var check: DoctorCheck {
        let size = abs(seconds)
        let tenths = Int((size * 10).rounded())
        let text = "\(tenths / 10).\(tenths % 10) s"
        guard size > 1 else { return .ok("clock", "the database's clock and this machine's differ by \(text)") }
        return DoctorCheck(
            name: "clock", result: size > 30 ? .problem : .warning,
            message: "the database's clock is \(text) \(seconds > 0 ? "ahead of" : "behind") this machine's",
            hint: "synchronise both by NTP: messages are due by one clock, and leases end by the other")
    }
}

extension Intro {
    private func enabledRules(in database: Database) async -> [ReminderRule] {
        let rules = try? await database.withConnection { try await RuleRepository($0).all().rules }
        return (rules ?? []).filter(\.isEnabled)
    }

    /// Checks the templates, and that each rule has its own.
    private func templateChecks(rules: [ReminderRule]) -> [DoctorCheck] {
        let name = "templates"
        do {
            let findings = try templateFindings(in: settings.templatesFolder)
            let library = try templateStore.library
            let checks =
                findings.map { finding in
                    DoctorCheck(
                        name: name, result: finding.isError ? .problem : .warning,
                        message: "\(finding.file)\(finding.line.map { ":\($0)" } ?? ""): \(finding.message)",
                        hint: finding.hint)
                }
                + rules.compactMap { rule in
                    library.missingTemplates(of: rule).map { files in
                        .problem(
                            name, "rule \(rule.key) needs \(files), which does not exist",
                            hint: "write it into the folder `templates.folder`, or edit the rule")
                    }
                }
            return checks.isEmpty ? [.ok(name, "all templates are valid")] : checks
        } catch {
            return [.problem(name, error)]
        }
    }
}
