import Foundation
import Testing

@testable import LocalPostgres
@testable import intro

@Suite("settings")
struct SettingsTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "intro-settings-\(UUID().uuidString)")

    /// Returns sources in a temporary folder with only the given values set.
    func sources(
        flag: String? = nil,
        environment: [String: String] = [:],
        project: String? = nil,
        system: String? = nil
    ) throws -> Settings.Sources {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try project?.write(to: folder.appending(path: "intro.json"), atomically: false, encoding: .utf8)
        try system?.write(to: folder.appending(path: "system.json"), atomically: false, encoding: .utf8)
        var sources = Settings.Sources(environment: environment)
        sources.flags[.databaseURL] = flag
        sources.systemFile = folder.appending(path: "system.json").path
        sources.account = Account(name: "ana", userID: 1000, groupID: 1000, groups: [1000], home: "/home/ana")
        sources.workingDirectory = folder.path
        return sources
    }

    func url(_ name: String) -> String {
        #"{"database": {"url": "\#(name)"}}"#
    }

    @Test("prefers a flag to the environment, the project file and the system file, in this order")
    func precedence() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        var sources = try sources(
            flag: "flag",
            environment: ["INTRO_DATABASE_URL": "environment"],
            project: url("project"),
            system: url("system")
        )
        #expect(try Settings(from: sources).database.location == .url("flag"))
        sources.flags = [:]
        #expect(try Settings(from: sources).database.location == .url("environment"))
        sources.environment = [:]
        #expect(try Settings(from: sources).database.location == .url("project"))
        sources.projectFile = "none.json"
        #expect(try Settings(from: sources).database.location == .url("system"))
        sources.systemFile = "/nowhere/none.json"
        #expect(try Settings(from: sources).database.location == .local)
    }

    @Test("prefers INTRO_DATABASE_URL to DATABASE_URL, and that to libpq's own variables")
    func databaseVariables() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        var sources = try sources(
            environment: ["INTRO_DATABASE_URL": "a", "DATABASE_URL": "b", "PGHOST": "c"],
            project: url("project")
        )
        #expect(try Settings(from: sources).database.location == .url("a"))
        sources.environment["INTRO_DATABASE_URL"] = ""
        #expect(try Settings(from: sources).database.location == .url("b"))
        sources.environment["DATABASE_URL"] = nil
        #expect(try Settings(from: sources).database.location == .libpqEnvironment)
        sources.environment["PGHOST"] = nil
        #expect(try Settings(from: sources).database.location == .url("project"))
    }

    @Test(
        "uses libpq's environment if one of its database variables is set",
        arguments: ["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE"]
    )
    func libpqVariables(name: String) throws {
        let sources = try sources(environment: [name: "x"])
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(try Settings(from: sources).database.location == .libpqEnvironment)
    }

    @Test("ignores libpq variables that only affect the connection")
    func otherLibpqVariables() throws {
        let sources = try sources(environment: ["PGSSLMODE": "require", "PGAPPNAME": "x", "PGPASSFILE": "/x"])
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(try Settings(from: sources).database.location == .local)
    }

    @Test("uses the documented defaults without settings")
    func defaults() throws {
        let sources = try sources()
        defer { try? FileManager.default.removeItem(at: folder) }
        let settings = try Settings(from: sources)
        let home = "/home/ana/.local/share/intro"
        #expect(settings.home == home)
        #expect(settings.database == .init(location: .local, connections: 8, preparedStatements: true))
        #expect(settings.mail == .init(url: "file://\(home)/outbox", from: nil, passwordFile: nil, connections: 8))
        #expect(settings.booking.noShowLimit == 2)
        #expect(
            settings.texts
                == .init(url: "file://\(home)/texts", from: nil, tokenFile: nil, connections: 2, rate: nil))
        #expect(settings.templatesFolder == nil)
    }

    @Test("uses /var/lib/intro as root's home")
    func rootHome() throws {
        var sources = try sources()
        defer { try? FileManager.default.removeItem(at: folder) }
        sources.account = Account(name: "root", userID: 0, groupID: 0, groups: [0], home: "/root")
        #expect(try Settings(from: sources).home == "/var/lib/intro")
    }

    @Test("reads settings from environment variables of their names")
    func everyVariable() throws {
        let sources = try sources(environment: [
            "INTRO_HOME": "/srv/in tro", "INTRO_DATABASE_CONNECTIONS": "3",
            "INTRO_DATABASE_PREPARED_STATEMENTS": "false", "INTRO_MAIL_FROM": "desk@example.com",
            "INTRO_MAIL_PASSWORD_FILE": "/run/secret", "INTRO_MAIL_CONNECTIONS": "4",
            "INTRO_BOOKING_NO_SHOW_LIMIT": "0", "INTRO_MAIL_RATE": "20/s",
            "INTRO_MAIL_UNSUBSCRIBE_URL": "https://example.com/u/", "INTRO_SMS_URL": "https://AC1@sms.example",
            "INTRO_SMS_FROM": "+12135550100", "INTRO_SMS_TOKEN_FILE": "/run/token", "INTRO_SMS_CONNECTIONS": "3",
            "INTRO_SMS_RATE": "1/s", "INTRO_SMS_STATUS_URL": "https://example.com/s",
            "INTRO_TEMPLATES_FOLDER": "/srv/templates",
        ])
        defer { try? FileManager.default.removeItem(at: folder) }
        let settings = try Settings(from: sources)
        #expect(settings.home == "/srv/in tro")
        #expect(settings.database == .init(location: .local, connections: 3, preparedStatements: false))
        #expect(
            settings.mail
                == .init(
                    url: "file:///srv/in%20tro/outbox",
                    from: "desk@example.com",
                    passwordFile: "/run/secret",
                    connections: 4,
                    rate: "20/s",
                    unsubscribeURL: "https://example.com/u/"
                )
        )
        #expect(
            settings.texts
                == .init(
                    url: "https://AC1@sms.example", from: "+12135550100", tokenFile: "/run/token", connections: 3,
                    rate: "1/s", statusURL: "https://example.com/s"))
        #expect(settings.templatesFolder == "/srv/templates")
        #expect(settings.booking.noShowLimit == 0)
    }

    @Test("reads settings from a file, overridden by environment variables that are not empty")
    func everySettingInAFile() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = """
            {"mail": {"rate": "1/s", "unsubscribe_url": "https://file.example/", "url": "file:///file"},
             "sms": {"url": "file:///texts", "from": "Studio", "token_file": "token", "connections": 4, "rate": "2/s"},
             "templates": {"folder": "words"}}
            """
        var sources = try sources(project: file)
        var settings = try Settings(from: sources)
        #expect(settings.mail.rate == "1/s" && settings.mail.unsubscribeURL == "https://file.example/")
        #expect(
            settings.texts
                == .init(
                    url: "file:///texts", from: "Studio", tokenFile: folder.path + "/token", connections: 4,
                    rate: "2/s"))
        #expect(settings.templatesFolder == folder.path + "/words")
        sources.environment = [
            "INTRO_MAIL_RATE": "9/s", "INTRO_MAIL_UNSUBSCRIBE_URL": "https://variable.example/", "INTRO_SMS_URL": "",
            "INTRO_SMS_FROM": "Desk", "INTRO_SMS_TOKEN_FILE": "here", "INTRO_SMS_CONNECTIONS": "5",
            "INTRO_SMS_RATE": "8/s", "INTRO_TEMPLATES_FOLDER": "~/words",
        ]
        settings = try Settings(from: sources)
        #expect(settings.mail.rate == "9/s" && settings.mail.unsubscribeURL == "https://variable.example/")
        #expect(
            settings.texts
                == .init(
                    url: "file:///texts", from: "Desk", tokenFile: folder.path + "/here", connections: 5, rate: "8/s"))
        #expect(settings.templatesFolder == "/home/ana/words")
    }

    @Test("parses a rate, and names the setting of an invalid one")
    func rates() throws {
        for rate in ["20/s", "60/min", "500/h"] {
            _ = try Setting.smsRate.pace(rate)
        }
        for rate in ["", "fast", "0/s", "-1/s", "1", "1/", "/s", "1/day\u{1B}"] {
            let failure = #expect(throws: Failure.self) { try Setting.mailRate.pace(rate) }
            #expect(failure?.exit == .misconfigured && failure?.hint.contains("INTRO_MAIL_RATE") == true)
            #expect(failure?.reason?.contains("\u{1B}") == false)
        }
    }

    @Test("uses the file of --config instead of the project file and the system file")
    func namedFile() throws {
        var sources = try sources(project: url("project"), system: #"{"booking": {"no_show_limit": 9}}"#)
        defer { try? FileManager.default.removeItem(at: folder) }
        try #"{"mail.connections": 5}"#
            .write(to: folder.appending(path: "named.json"), atomically: false, encoding: .utf8)
        sources.namedFile = "named.json"
        let settings = try Settings(from: sources)
        #expect(settings.mail.connections == 5)
        #expect(settings.database.location == .local)
        #expect(settings.booking.noShowLimit == 2)
    }

    @Test("rejects a --config file that does not exist")
    func missingFile() throws {
        var sources = try sources()
        defer { try? FileManager.default.removeItem(at: folder) }
        sources.namedFile = "none.json"
        let failure = #expect(throws: Failure.self) { try Settings(from: sources) }
        #expect(failure?.exit == .misconfigured)
        #expect(failure?.message.contains("none.json") == true)
    }

    @Test("resolves a relative path in a file against the file's folder")
    func relativePath() throws {
        let sources = try sources(project: #"{"mail": {"password_file": "secret"}, "home": "data"}"#)
        defer { try? FileManager.default.removeItem(at: folder) }
        let settings = try Settings(from: sources)
        #expect(settings.mail.passwordFile == folder.path + "/secret")
        #expect(settings.home == folder.path + "/data")
    }

    @Test("rejects a mistyped setting and suggests the nearest")
    func mistypedName() throws {
        let sources = try sources(project: #"{"booking": {"no_shows_limit": 3}}"#)
        defer { try? FileManager.default.removeItem(at: folder) }
        let failure = #expect(throws: Failure.self) { try Settings(from: sources) }
        #expect(failure?.exit == .misconfigured)
        #expect(failure?.hint == "did you mean booking.no_show_limit?")
    }

    @Test(
        "rejects an invalid file and names it",
        arguments: [
            "", "{", "[]", "7", #"{"database": "x"}"#, #"{"database": {"connections": "8"}}"#,
            #"{"database": {"connections": 0}}"#, #"{"database": {"url": ""}}"#,
            #"{"database": {"prepared_statements": 1}}"#, #"{"mail": {"from": ["a"]}}"#,
        ]
    )
    func wrongFile(text: String) throws {
        let sources = try sources(project: text)
        defer { try? FileManager.default.removeItem(at: folder) }
        let failure = #expect(throws: Failure.self) { try Settings(from: sources) }
        #expect(failure?.exit == .misconfigured)
        let report = "\(failure?.message ?? "") \(failure?.reason ?? "")"
        #expect(report.contains("intro.json"))
    }

    @Test("ignores a null value in a file")
    func null() throws {
        let sources = try sources(project: #"{"mail": {"from": null}}"#)
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(try Settings(from: sources).mail.from == nil)
    }

    @Test("rejects an invalid environment variable and names it", arguments: ["abc", "-1", "1.5", "1001"])
    func wrongVariable(value: String) throws {
        let sources = try sources(environment: ["INTRO_BOOKING_NO_SHOW_LIMIT": value])
        defer { try? FileManager.default.removeItem(at: folder) }
        let failure = #expect(throws: Failure.self) { try Settings(from: sources) }
        #expect(failure?.exit == .misconfigured)
        #expect(failure?.reason?.contains("INTRO_BOOKING_NO_SHOW_LIMIT") == true)
    }
}
