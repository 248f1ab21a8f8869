import Foundation
import Testing

@testable import intro

@Suite("retention settings")
struct RetentionSettingsTests {
    @Test("parses whole days and none")
    func valid() {
        #expect(RetentionPeriod("400d")?.days == 400 && RetentionPeriod("1d")?.days == 1)
        #expect(RetentionPeriod("none") == .unlimited && RetentionPeriod("none")?.days == nil)
    }

    @Test(
        "rejects everything else",
        arguments: [
            "", "d", "0d", "-1d", "+5d", "05d", "400", "18mo", "1.5d", "36501d", "400 d", "NONE",
            "99999999999999999999d",
        ])
    func invalid(text: String) {
        #expect(RetentionPeriod(text) == nil)
    }

    @Test("reads the periods from the file and the environment, and names an invalid one")
    func sources() throws {
        let tests = SettingsTests()
        defer { try? FileManager.default.removeItem(at: tests.folder) }
        let file = #"{"retention": {"events": "800d", "inbound": "none"}, "privacy.key_file": "privacy.key"}"#
        var sources = try tests.sources(environment: ["INTRO_RETENTION_JOBS": "30d"], project: file)
        let settings = try Settings(from: sources)
        #expect(settings.retention == .init(events: 800, messageBodies: 400, jobs: 30, inbound: nil))
        #expect(settings.privacy.keyFile == tests.folder.path + "/privacy.key")
        sources.environment["INTRO_RETENTION_EVENTS"] = "18mo"
        let failure = #expect(throws: Failure.self) { try Settings(from: sources) }
        #expect(failure?.exit == .misconfigured)
        #expect(failure?.message == "retention.events must be a number of days such as 400d, or none")
    }

    @Test("keeps events without a limit, texts for 400 days and dead jobs for 90 by default")
    func defaults() throws {
        let tests = SettingsTests()
        let sources = try tests.sources()
        defer { try? FileManager.default.removeItem(at: tests.folder) }
        let settings = try Settings(from: sources)
        #expect(settings.retention == .init(events: nil, messageBodies: 400, jobs: 90, inbound: 400))
        #expect(settings.privacy.keyFile == nil)
    }
}
