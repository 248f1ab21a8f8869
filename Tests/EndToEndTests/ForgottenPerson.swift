import Foundation
import MessagingTesting
import Postgres
import Testing

/// A person who leaves traces in every part of a studio.
struct ForgottenPerson: Sendable {
    static let name = "Zaphira Quillon"
    static let email = "Zaphira.Quillon@gmail.com"
    static let phone = "+12135550187"
    /// When the person asks for erasure, after the session.
    static let later = "2026-12-04T12:00:00-08:00"
    /// Words that no other text of the studio contains, in lower case.
    static let traces = [
        "zaphira", "zaphyra", "quillon", "wilhelmina", "odalys", "213) 555-0187", "213 555 0187", "late train",
        "knee surgery",
    ]

    /// The reference of the attended session.
    let reference: String
}

extension Studio {
    /// The same studio with a privacy key.
    func withPrivacyKey(_ name: String = "privacy.key") throws -> Studio {
        let file = home + "/" + name
        if !FileManager.default.fileExists(atPath: file) {
            try Data((0..<32).map { _ in UInt8.random(in: 0...255) }).write(to: URL(filePath: file))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        }
        var studio = self
        studio.settings["INTRO_PRIVACY_KEY_FILE"] = file
        return studio
    }

    /// Adds a person with notes, messages, texts, mail, a hold, corrections and an attended session.
    func receiveVisitor() async throws -> ForgottenPerson {
        try await answer(
            "client", "add", "Zaphyra Quillon", "--email", ForgottenPerson.email, "--phone", ForgottenPerson.phone,
            "--guardian",
            "Mother: Wilhelmina", "--source", "Odalys told her")
        try await answer("client", "edit", ForgottenPerson.email, "--name", ForgottenPerson.name)
        try await answer("client", "note", ForgottenPerson.email, "Knee surgery in May")
        try await answer(
            "hold", "--trainer", "maria", "--at", "2026-12-01 09:00", "--note", "Zaphira calls back: 213 555 0187")
        try await database.query("UPDATE hold SET status = 'released'")
        let booked = try await answer(
            "book", "--client", ForgottenPerson.email, "--trainer", "maria", "--at", "2026-12-01 09:00", "--request-id",
            "zaphira-1", "--as", "\(ForgottenPerson.name) (web)", "--source", "sister of \(ForgottenPerson.name)")
        let reference = try #require(booked["reference"]?.text)
        try await answer("reminders", "send", now: Studio.atTen)
        try await receiveText("Wilhelmina comes along", from: ForgottenPerson.phone, id: "SMquillon")
        try await answer("mail", "list")
        // The schedule of the day, which names the client, for the trainer.
        try await database.query("UPDATE trainer SET email = 'maria@studio.example' WHERE handle = 'maria'")
        try await answer("reminders", "send", now: "2026-12-01T06:30:00-08:00")
        try await answer("attend", reference, now: "2026-12-01T12:00:00-08:00")
        try await answer("no-show", reference, "--reason", "Quillon had a late train", now: "2026-12-01T13:00:00-08:00")
        try await answer("attend", reference, "--reason", "Zaphira was there", now: "2026-12-01T14:00:00-08:00")
        try await answer("reminders", "send", now: "2026-12-03T10:00:00-08:00")
        try await receiveText("STOP", from: ForgottenPerson.phone, now: "2026-12-03T11:00:00-08:00")
        return ForgottenPerson(reference: reference)
    }

    /// The whole database as pg_dump writes it, in lower case.
    func dump() async throws -> String {
        let result = try await IntroBinary.run(["--inserts", conninfo], binary: "/usr/bin/pg_dump")
        try #require(result.exit == 0, "\(result.stderr)")
        return result.stdout.lowercased()
    }

    /// The numbers that reports count.
    func totals() async throws -> [Int64] {
        var totals: [Int64] = []
        for (table, column) in [("session", "status"), ("message", "status"), ("message", "rule")] {
            totals += try await database.query(
                "SELECT count(*) FROM \(unsafeSQL: table) GROUP BY \(unsafeSQL: column) ORDER BY \(unsafeSQL: column)"
            ).decode(Int64.self)
        }
        return totals
    }
}
