import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite("the doctor command", .timeLimit(.minutes(30)))
struct DoctorCommandTests {
    /// Runs `intro doctor`, and returns its findings without those about the machine's disk.
    private func findings(
        _ studio: Studio, _ environment: [String: String] = [:], exit: Int32
    ) async throws -> [JSON] {
        let result = try await studio.intro(["doctor", "--json"], environment: environment)
        #expect(result.exit == exit, "\(result.stdout)\(result.stderr)")
        #expect(exit == 0 || result.error?.code == "doctor", "\(result.stderr)")
        let checks = try result.printed["checks"]?.items ?? []
        #expect(checks.allSatisfy { $0.names == ["name", "result", "message", "hint"] })
        #expect(checks.allSatisfy { ($0["hint"] == .null) == ($0["result"] == "ok") }, "\(checks)")
        return checks.filter { $0["name"] != "disk" }
    }

    private func problems(_ checks: [JSON]) -> [JSON] { checks.filter { $0["result"] == "problem" } }

    @Test("finds no problem in a healthy studio, and changes nothing")
    func healthy() async throws {
        try await Studio.with { studio in
            // A cloned database has no privileges of its own on the database.
            try await studio.answer("setup")
            let before = try await studio.fingerprint()
            let checks = try await findings(studio, exit: 0)
            #expect(
                checks.map { $0["name"]?.text } == [
                    "files", "database", "schema", "extensions", "catalogue", "privileges", "time_zones", "clock",
                    "templates", "mail", "sms",
                ])
            #expect(checks.allSatisfy { $0["result"] == "ok" }, "\(checks)")
            #expect(checks.first { $0["name"] == "extensions" }?["message"]?.text.contains("btree_gist 1.") == true)
            let text = try await studio.intro("doctor")
            #expect(text.exit == 0 && text.stdout.contains("ok       schema        step "), "\(text.stdout)")
            #expect(try await studio.fingerprint() == before)
        }
    }

    @Test("goes on after each problem, and reports all of them")
    func many() async throws {
        try await Studio.with { studio in
            try await studio.answer("setup")
            let secret = "\(studio.home)/password"
            try "secret".write(toFile: secret, atomically: false, encoding: .utf8)
            #expect(chmod(secret, 0o644) == 0)
            let folder = "\(studio.home)/templates"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try "Hi {{cleint}}".write(toFile: "\(folder)/one-day.sms", atomically: false, encoding: .utf8)
            try await studio.database.query("DROP TRIGGER session_claims ON session")
            let checks = try await findings(
                studio,
                [
                    "INTRO_MAIL_URL": "smtp://desk@relay.invalid", "INTRO_MAIL_PASSWORD_FILE": secret,
                    "INTRO_TEMPLATES_FOLDER": folder,
                ], exit: 78)
            let found = problems(checks)
            #expect(found.map { $0["name"]?.text } == ["files", "catalogue", "templates", "mail"], "\(found)")
            let texts = found.compactMap { $0["message"]?.text }
            #expect(texts[0].contains("\(secret) contains a secret and is readable by everyone (mode 0644)"))
            #expect(texts[1].contains("missing: trigger session.session_claims"))
            #expect(texts[2].contains("one-day.sms:1") && texts[2].contains("cleint"))
            #expect(texts[3] == "the name relay.invalid cannot be resolved")
        }
    }

    @Test("a database that cannot be reached is one problem, and the other checks go on")
    func unreachable() async throws {
        try await Studio.with { studio in
            let checks = try await findings(studio, ["INTRO_DATABASE_URL": "postgresql://127.0.0.1:1/intro"], exit: 78)
            #expect(checks.map { $0["name"]?.text } == ["files", "database", "templates", "mail", "sms"])
            #expect(problems(checks).map { $0["name"]?.text } == ["database"])
        }
    }

    @Test("reports missing extensions and roles' additional privileges, and a schema that does not match")
    func schema() async throws {
        try await withDatabase { _, conninfo in
            let result = try await IntroBinary.run("doctor", "--json", environment: ["INTRO_DATABASE_URL": conninfo])
            let checks = try result.printed["checks"]?.items ?? []
            #expect(result.exit == 78)
            #expect(
                Set(problems(checks).compactMap { $0["name"]?.text }) == ["schema", "extensions"], "\(checks)")
            #expect(problems(checks).count { $0["name"] == "extensions" } == 2)
        }
        try await Studio.with { studio in
            try await studio.answer("setup")
            try await studio.database.query("GRANT DELETE ON session TO PUBLIC")
            let found = problems(try await findings(studio, exit: 78))
            #expect(found.map { $0["name"] } == ["privileges"])
            #expect(found.first?["message"]?.text.contains("PUBLIC DELETE table session") == true, "\(found)")
        }
    }

    @Test("settings that cannot be used are a problem, with the files that have one")
    func settings() async throws {
        try await Studio.with { studio in
            let path = "\(studio.home)/intro.json"
            try #"{"bookings": 1}"#.write(toFile: path, atomically: false, encoding: .utf8)
            #expect(chmod(path, 0o666) == 0)
            let checks = try await findings(studio, exit: 78)
            #expect(checks.map { $0["name"]?.text } == ["settings", "files"], "\(checks)")
            #expect(checks[1]["message"]?.text.contains("writable by everyone") == true)
        }
    }
}

@Suite(
    "doctor and a mail relay", .timeLimit(.minutes(30)),
    .enabled(if: InstalledPrograms.python != nil && InstalledPrograms.openSSL != nil, "python3 or openssl is missing"))
struct DoctorRelayTests {
    /// Runs `intro doctor` without a database, and returns the finding about mail.
    private func mail(_ url: String, password: String? = nil) async throws -> JSON {
        try await finding(
            "mail", ["INTRO_MAIL_URL": url, "INTRO_MAIL_FROM": "hello@intro.example"], secret: password,
            in: "INTRO_MAIL_PASSWORD_FILE")
    }

    /// Runs `intro doctor` without a database, and returns the finding about text messages.
    private func texts(_ url: String) async throws -> JSON {
        try await finding(
            "sms", ["INTRO_SMS_URL": url, "INTRO_SMS_FROM": "+12135550100"], secret: "token",
            in: "INTRO_SMS_TOKEN_FILE")
    }

    private func finding(
        _ name: String, _ settings: [String: String], secret: String?, in variable: String
    ) async throws -> JSON {
        let folder = try ScratchFolder()
        var environment = ["INTRO_DATABASE_URL": "postgresql://127.0.0.1:1/intro", "INTRO_HOME": folder.path]
        environment.merge(settings) { $1 }
        if let secret {
            try secret.write(toFile: "\(folder.path)/secret", atomically: false, encoding: .utf8)
            environment[variable] = "\(folder.path)/secret"
        }
        let result = try await IntroBinary.run("doctor", "--json", environment: environment)
        #expect(result.exit == 78, "\(result.stdout)\(result.stderr)")
        return try #require(try result.printed["checks"]?.items.first { $0["name"] == .text(name) })
    }

    @Test("accepts a relay with STARTTLS, a trusted certificate and the login, and sends no message")
    func relay() async throws {
        let certificate = try Certificate(for: "IP:127.0.0.1")
        let server = try ScriptedServer(tls: (.starttls, certificate), login: ("desk", "right"))
        defer { server.stop() }
        let url = "smtp://desk@127.0.0.1:\(server.port)/?ca=\(certificate.path)"
        let good = try await mail(url, password: "right")
        #expect(good["result"] == "ok", "\(good)")
        #expect(good["message"]?.text.contains("with STARTTLS and the login of desk; certificate until 2") == true)
        let refused = try await mail(url, password: "wrong")
        #expect(refused["result"] == "problem" && refused["message"]?.text.contains("refuses the login") == true)
        #expect(try server.receivedMessages().isEmpty)
        #expect(try !server.commands().contains { $0.hasPrefix("MAIL") })
    }

    @Test("rejects a relay without STARTTLS, and accepts it where TLS is turned off")
    func plain() async throws {
        let server = try ScriptedServer()
        defer { server.stop() }
        let without = try await mail("smtp://127.0.0.1:\(server.port)")
        #expect(
            without["result"] == "problem" && without["message"]?.text.hasPrefix("no TLS with") == true, "\(without)")
        #expect(try await mail(server.url)["result"] == "ok")
    }

    @Test("rejects a certificate that is not trusted or for another name, with STARTTLS and with smtps")
    func certificates() async throws {
        let (own, other) = (try Certificate(for: "IP:127.0.0.1"), try Certificate(for: "DNS:mail.example.test"))
        for (scheme, security) in [("smtp", ScriptedServer.Security.starttls), ("smtps", .implicit)] {
            let server = try ScriptedServer(tls: (security, own))
            let untrusted = try await mail("\(scheme)://127.0.0.1:\(server.port)/")
            #expect(untrusted["message"]?.text.hasPrefix("the certificate of") == true, "\(untrusted)")
            #expect(try await mail("\(scheme)://127.0.0.1:\(server.port)/?ca=\(own.path)")["result"] == "ok")
            server.stop()
            let misnamed = try ScriptedServer(tls: (security, other))
            let finding = try await mail("\(scheme)://127.0.0.1:\(misnamed.port)/?ca=\(other.path)")
            #expect(finding["message"]?.text.hasPrefix("the certificate of") == true, "\(finding)")
            misnamed.stop()
        }
    }

    @Test(
        "warns of a certificate that expires within 14 days, and rejects an expired one",
        arguments: [(15, "ok"), (13, "warning"), (-1, "problem")])
    func expiry(days: Int, result: String) async throws {
        let certificate = try Certificate(for: "IP:127.0.0.1", days: days)
        for (scheme, security) in [("smtp", ScriptedServer.Security.starttls), ("smtps", .implicit)] {
            let server = try ScriptedServer(tls: (security, certificate))
            defer { server.stop() }
            let finding = try await mail("\(scheme)://127.0.0.1:\(server.port)/?ca=\(certificate.path)")
            #expect(finding["result"] == .text(result), "\(finding)")
            let message = finding["message"]?.text ?? ""
            if days == 13 { #expect(message.contains(":\(server.port) expires in 12 days, on 2"), "\(message)") }
            if days < 0 { #expect(message.contains("certificate has expired"), "\(message)") }
        }
        let service = try ScriptedHTTPServer(certificate: certificate)
        defer { service.stop() }
        let finding = try await texts("https://AC1@127.0.0.1:\(service.port)?ca=\(certificate.path)")
        #expect(finding["result"] == .text(result), "\(finding)")
        #expect(try service.requests().isEmpty)
    }

    @Test(
        "checks the certificate of the database's server as well", .enabled(if: Studio.isOnPrivateServer),
        arguments: [(15, []), (13, ["warning"]), (-1, ["problem"])])
    func database(days: Int, results: [String]) async throws {
        let (server, address) = try await TestServer.startEncrypted(certificateDays: days)
        let url = "host=\(address) port=5432 user=postgres dbname=postgres sslmode=require"
        let result = try await IntroBinary.run("doctor", "--json", environment: ["INTRO_DATABASE_URL": url])
        let checks =
            try result.printed["checks"]?.items.filter {
                ["database", "database_certificate"].contains($0["name"]?.text)
            } ?? []
        #expect(checks.first?["message"]?.text.contains(", primary, TLS, ") == true, "\(result.stdout)")
        #expect(checks.dropFirst().map { $0["result"] } == results.map { .text($0) }, "\(checks)")
        let expected = "the certificate of \(address):5432 expire"
        #expect(checks.dropFirst().allSatisfy { $0["message"]?.text.hasPrefix(expected) == true }, "\(checks)")
        try await server.stop()
    }

    @Test("reports a port without a server, and a server that sends no greeting")
    func unreachable() async throws {
        let closed = try await mail("smtp://127.0.0.1:1?tls=none")
        #expect(closed["message"] == "no connection to 127.0.0.1:1: connection refused", "\(closed)")
        let server = try ScriptedServer(faults: [.at(.greeting, .reply("554 5.3.2 no service"))])
        defer { server.stop() }
        let busy = try await mail(server.url)
        #expect(busy["result"] == "problem" && busy["message"]?.text.contains("554") == true, "\(busy)")
    }
}
