import Foundation
import Testing

@testable import intro

@Suite("origins of settings")
struct SettingsOriginsTests {
    private func origin(_ setting: Setting, _ sources: Settings.Sources) throws -> Settings.Origin {
        try #require(try sources.origins().first { $0.setting == setting })
    }

    @Test("every setting is listed once, with the source of the value in effect")
    func sources() throws {
        let tests = SettingsTests()
        defer { try? FileManager.default.removeItem(at: tests.folder) }
        let sources = try tests.sources(
            environment: ["INTRO_MAIL_CONNECTIONS": "3", "INTRO_MAIL_FROM": ""],
            project: #"{"mail": {"connections": 4}, "booking.no_show_limit": 5, "database.prepared_statements": false}"#
        )
        #expect(try sources.origins().map(\.setting) == Setting.allCases)
        let connections = try origin(.mailConnections, sources)
        #expect(connections.value == "3" && connections.source == .environment)
        #expect(connections.name == "INTRO_MAIL_CONNECTIONS")
        let limit = try origin(.bookingNoShowLimit, sources)
        #expect(limit.value == "5" && limit.source == .file && limit.name == tests.folder.path + "/intro.json")
        #expect(try origin(.databasePreparedStatements, sources).value == "false")
        let from = try origin(.mailFrom, sources)
        #expect(from.value == nil && from.source == .default && from.name == nil)
        #expect(try origin(.smsConnections, sources).value == "2")
    }

    @Test("the database's source is the flag, its own variable or a shared one")
    func database() throws {
        let tests = SettingsTests()
        defer { try? FileManager.default.removeItem(at: tests.folder) }
        var sources = try tests.sources(
            flag: "postgresql://a", environment: ["INTRO_DATABASE_URL": "postgresql://b", "DATABASE_URL": "c"])
        #expect(try origin(.databaseURL, sources).name == "--database")
        sources.flags = [:]
        #expect(try origin(.databaseURL, sources).name == "INTRO_DATABASE_URL")
        sources.environment = ["DATABASE_URL": "c"]
        #expect(try origin(.databaseURL, sources).name == "DATABASE_URL")
        sources.environment = ["PGHOST": "c"]
        #expect(try origin(.databaseURL, sources).name == "PG*")
        sources.environment = [:]
        #expect(try origin(.databaseURL, sources).source == .default)
    }
}
