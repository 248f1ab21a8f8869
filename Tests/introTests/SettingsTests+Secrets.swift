import Foundation
import Testing

@testable import intro

/// Tests of secrets in files.
extension SettingsTests {
    @Test("reads the SMS token from its file without the line end, and does not print it")
    func token() throws {
        var texts = try Settings(from: sources()).texts
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(try texts.token() == nil)
        let file = folder.appending(path: "token")
        texts.tokenFile = file.path
        let missing = #expect(throws: Failure.self) { try texts.token() }
        #expect(missing?.exit == .misconfigured && missing?.hint.contains("INTRO_SMS_TOKEN_FILE") == true)
        try "t0ken\n".write(to: file, atomically: false, encoding: .utf8)
        let secret = try #require(try texts.token())
        #expect(secret.revealed == "t0ken")
        #expect("\(secret) \(String(reflecting: secret))".contains("t0ken") == false)
    }

    @Test("reads the mail password from its file without the line end, and does not print it")
    func password() throws {
        var mail = try Settings(from: sources()).mail
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(try mail.password() == nil)
        let file = folder.appending(path: "secret")
        mail.passwordFile = file.path
        #expect(throws: Failure.self) { try mail.password() }
        try "s3cret\r\n".write(to: file, atomically: false, encoding: .utf8)
        let secret = try #require(try mail.password())
        #expect(secret.revealed == "s3cret")
        #expect("\(secret) \(String(reflecting: secret))".contains("s3cret") == false)
        for empty in ["", "\n"] {
            try empty.write(to: file, atomically: false, encoding: .utf8)
            #expect(try mail.password() == nil)
        }
        try "s3cret\nmore".write(to: file, atomically: false, encoding: .utf8)
        #expect(throws: Failure.self) { try mail.password() }
    }

    @Test("gives a database URL file the precedence of its source, after a URL of the same source")
    func databaseURLFile() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        var sources = try sources(
            flag: "flag",
            environment: ["INTRO_DATABASE_URL": "a", "INTRO_DATABASE_URL_FILE": "/run/url", "DATABASE_URL": "b"],
            project: #"{"database": {"url_file": "url"}}"#,
            system: url("system")
        )
        #expect(try Settings(from: sources).database.location == .url("flag"))
        sources.flags = [:]
        #expect(try Settings(from: sources).database.location == .url("a"))
        sources.environment["INTRO_DATABASE_URL"] = nil
        #expect(try Settings(from: sources).database.location == .urlFile("/run/url"))
        sources.environment["INTRO_DATABASE_URL_FILE"] = ""
        #expect(try Settings(from: sources).database.location == .url("b"))
        sources.environment["DATABASE_URL"] = nil
        #expect(try Settings(from: sources).database.location == .urlFile(folder.path + "/url"))
    }

    @Test("reads the database URL from its file without the line end, and rejects an empty file")
    func databaseURLInFile() throws {
        _ = try sources()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "url")
        func url() throws -> String { try Settings.Database.url(inFile: file.path).revealed }
        let missing = #expect(throws: Failure.self) { try url() }
        #expect(missing?.exit == .misconfigured)
        #expect(missing?.hint.contains("INTRO_DATABASE_URL_FILE") == true)
        try "postgresql://intro:s3cret@db/intro\n".write(to: file, atomically: false, encoding: .utf8)
        #expect(try url() == "postgresql://intro:s3cret@db/intro")
        for wrong in ["", "\n", "a\nb\n"] {
            try wrong.write(to: file, atomically: false, encoding: .utf8)
            let failure = #expect(throws: Failure.self) { try url() }
            #expect(failure?.exit == .misconfigured)
        }
    }
}
