import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Messaging
import MessagingTesting
import Postgres
import PostgresTesting
import Reminders
import Testing

@Suite("Reloading of operator templates")
struct TemplateStoreTests {
    /// A folder of templates.
    private struct Folder {
        let folder: MessagingTesting.ScratchFolder
        var path: String { folder.path }

        init() throws { folder = try MessagingTesting.ScratchFolder() }

        func write(_ name: String, _ text: String) throws {
            try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
        }
    }

    private static let values = AppointmentSample.values

    @Test("reports no change of built-in templates or an unchanged folder")
    func unchanged() throws {
        #expect(try TemplateStore().refresh() == nil)
        let folder = try Folder()
        try folder.write("confirmation.subject", "Booked")
        let store = try TemplateStore(folder: folder.path)
        #expect(store.refresh() == nil && store.findings.isEmpty)
    }

    @Test("applies new and removed files at the next refresh")
    func changed() throws {
        let folder = try Folder()
        let store = try TemplateStore(folder: folder.path)
        try folder.write("confirmation.subject", "Booked")
        #expect(store.refresh()?.problems == [])
        #expect(try store.library.renderMessage("confirmation", with: Self.values).subject == "Booked")
        try FileManager.default.removeItem(atPath: folder.path + "/confirmation.subject")
        #expect(store.refresh()?.problems == [])
        #expect(try store.library.renderMessage("confirmation", with: Self.values).subject != "Booked")
    }

    @Test(
        "an unusable template fails only its own message, with the file and the reason",
        arguments: [
            ("confirmation.txt", "Hi {{cleint}}", "{{cleint}}"), ("confirmation.txt", "{{#phone}}x", "not Mustache"),
            ("confirmation.txt", "{{> nothing.txt}}", "nothing.txt does not exist"),
            ("end.txt", "{{> end.txt}}", "end.txt"),
            ("confirmation.html", "{{shouted(client)}}", "shouted"),
            ("confirmation.html", "{{% CONTENT_TYPE:TEXT}}", "{{%"),
        ])
    func broken(file: String, text: String, reason: String) throws {
        let folder = try Folder()
        let store = try TemplateStore(folder: folder.path)
        try folder.write(file, text)
        let problems = try #require(store.refresh()).problems
        #expect(problems.contains { $0.hasPrefix("\(folder.path)/\(file)") && $0.contains(reason) }, "\(problems)")
        #expect(store.refresh() == nil, "each problem is reported once")
        let error = #expect(throws: TemplateError.self) {
            _ = try store.library.renderMessage("confirmation", with: Self.values)
        }
        #expect(error.map { store.explanation(of: $0).contains(reason) } == true)
        #expect(throws: Never.self) { _ = try store.library.renderSMS("one-day", with: Self.values) }
    }

    @Test("reports and ignores an unknown file, and keeps the templates of a missing folder")
    func strayFiles() throws {
        let folder = try Folder()
        try folder.write("confirmation.subject", "Booked")
        let store = try TemplateStore(folder: folder.path)
        try folder.write("notes.md", "Ask Ana")
        #expect(store.refresh()?.problems.count == 1)
        #expect(try store.library.renderMessage("confirmation", with: Self.values).subject == "Booked")
        try FileManager.default.moveItem(atPath: folder.path, toPath: folder.path + "-away")
        #expect(store.refresh()?.problems.count == 1)
        #expect(store.refresh() == nil)
        #expect(try store.library.renderMessage("confirmation", with: Self.values).subject == "Booked")
        try FileManager.default.moveItem(atPath: folder.path + "-away", toPath: folder.path)
        #expect(store.refresh() != nil && store.refresh() == nil)
    }

    @Test("a message with an unusable template waits without an attempt, and is sent after a restart")
    func heldUp() async throws {
        try await withDeliveryFixture { fixture in
            let folder = try Folder()
            try folder.write("confirmation.txt", "Hi {{cleint}}")
            let session = try await fixture.book("2027-01-11 09:00")
            let mail = ScriptedMailTransport()
            let first = try fixture.batch(
                to: mail, mode: .continuous, templates: TemplateStore(folder: folder.path))
            let report = try await first.send(until: nil, limit: nil)
            #expect(
                report.counts.isComplete && report.counts.failed == 1 && report.failures.keys.allSatisfy(\.isPostponed))
            let row = try await fixture.store.database.query(
                "SELECT status || ' ' || reason, attempts, wait_until FROM message WHERE rule = 'confirmation'"
            ).decode((String, Int32, Date).self)
            #expect(row.map(\.0) == ["queued template_error"] && row.map(\.1) == [0])
            #expect(row.map(\.2) == [DeliveryFixture.now + 300])
            // The next run leaves it waiting.
            #expect(try await first.send(until: nil, limit: nil).counts.due == 0)
            #expect(await mail.deliveries.addresses == [])
            try folder.write("confirmation.txt", "Hi {{client}}")
            let next = try fixture.batch(
                to: mail, mode: .continuous, templates: TemplateStore(folder: folder.path))
            #expect(try await next.send(until: nil, limit: nil).counts.sent == 1)
            #expect(try await fixture.ledger(of: session).first == "confirmation 1 sent")
        }
    }

    @Test("a message fails, and can be resent, if its session begins before the template retry")
    func tooLate() async throws {
        try await withDeliveryFixture { fixture in
            let folder = try Folder()
            try folder.write("confirmation.txt", "Hi {{cleint}}")
            try await fixture.book("2027-01-11 09:00")
            let now = try fixture.instant("2027-01-11 08:58")
            let batch = try fixture.batch(
                to: ScriptedMailTransport(), at: now, templates: TemplateStore(folder: folder.path))
            _ = try await batch.send(until: nil, limit: nil)
            #expect(try await fixture.counts()["failed template_error"] == 1)
            let failed = try await LedgerCorrections(database: fixture.store.database, actor: "test").resendFailed(
                since: now - 60, rule: nil, dryRun: true, now: now)
            #expect(failed.map(\.rule) == ["confirmation"])
        }
    }
}

/// Values of all fields of a message about a session.
private enum AppointmentSample {
    static let values: [String: TemplateValue] = Dictionary(
        uniqueKeysWithValues: [
            "client", "firstName", "trainer", "studio", "reference", "day", "dayTitle", "when", "whenTitle", "time",
            "at", "zone", "minutes", "address", "phone", "phoneNumber", "clientPhone", "clientPhoneNumber",
        ].map { ($0, TemplateValue.text("x")) }
            + ["booked", "moved", "cancelled"].map { ($0, TemplateValue.flag(false)) })
}
