import Foundation
import Postgres
import PostgresTesting
import Testing

@Suite("invalid templates", .timeLimit(.minutes(30)))
struct TemplateFaultTests {
    private static let commands = [
        ["run"], ["run", "--drain"], ["reminders", "send"], ["reminders", "send", "--dry-run"],
    ]

    @Test("a runner and a sender refuse to start, and name each file and its problem", arguments: commands)
    func refusesToStart(_ command: [String]) async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-07 14:00")
            let folder = try studio.templates([
                "confirmation.txt": "Hi {{cleint}}", "one-day.sms": "{{#phone}}never ended",
            ])
            let result = try await studio.intro(command + ["--json"], environment: folder.environment)
            #expect(result.exit == 78 && result.stdout.isEmpty, "\(result.stdout)")
            let error = try #require(result.error)
            #expect(error.code == "configuration")
            #expect(error.message.contains("\(folder.path)/one-day.sms:1: "), "\(error.message)")
            let text = try await studio.intro(command, environment: folder.environment)
            #expect(text.exit == 78 && text.stderr.contains("\(folder.path)/one-day.sms:1: "), "\(text.stderr)")
            #expect(try await studio.count("message", where: "attempts > 0") == 0)

            try studio.write(folder, "one-day.sms", "See you {{when}}")
            let other = try await studio.intro(command + ["--json"], environment: folder.environment)
            #expect(other.exit == 78 && other.error?.message.contains("{{cleint}}") == true, "\(other.stderr)")
        }
    }

    @Test("why and reminders list say that queued messages wait for corrected templates")
    func waiting() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-07 14:00")
            let folder = try studio.templates(["confirmation.txt": "Hi {{cleint}}"])
            for command in [["why", reference], ["reminders", "list"], ["reminders", "list", "--json"]] {
                let result = try await studio.intro(command, environment: folder.environment)
                #expect(result.exit == 0 && result.stderr.contains("{{cleint}}"), "\(result.stderr)")
                #expect(try await studio.intro(command).stderr == "")
            }
        }
    }

    @Test("a rule with missing template files prevents a sender from starting")
    func missingTexts() async throws {
        try await Studio.with { studio in
            let folder = try studio.templates(["welcome.sms": "Hi {{client}}"])
            try await studio.answer(
                ["rules", "add", "welcome", "--anchor", "booked", "--channel", "sms", "--template", "welcome"],
                environment: folder.environment)
            #expect(try await studio.intro(["reminders", "send"], environment: folder.environment).exit == 0)
            let without = try await studio.intro(["reminders", "send", "--json"])
            #expect(without.exit == 78 && without.error?.message.contains("welcome.sms") == true, "\(without.stderr)")
            try await studio.answer("rules", "disable", "welcome")
            #expect(try await studio.intro(["reminders", "send"]).exit == 0)
        }
    }

    @Test("warnings about templates, and long texts, do not prevent a start")
    func advice() async throws {
        try await Studio.with { studio in
            let folder = try studio.templates([
                "unused.html": "<p>", "one-day.sms": String(repeating: "See you {{when}}. ", count: 30),
                // A partial translation: clients who read Spanish get the English message.
                "welcome.subject": "Hi", "welcome.txt": "Hi", "welcome.html": "Hi", "welcome.es.subject": "Hola",
            ])
            let result = try await studio.intro(["reminders", "send"], environment: folder.environment)
            #expect(result.exit == 0, "\(result.stderr)")
        }
    }

    @Test("a template that breaks later holds its messages, is logged once, and works again without a restart")
    func breaksLater() async throws {
        try await Studio.with { studio in
            let folder = try studio.templates(["confirmation.subject": "Booked: {{when}}"])
            let metrics = studio.home + "/intro.prom"
            let result = try await studio.intro(
                ["run", "--metrics-file", metrics], environment: folder.environment
            ) { runner in
                try await wait(until: "the runner is registered") { try await studio.count("job_runner") == 1 }
                try studio.write(folder, "confirmation.txt", "Hi {{cleint}}")
                let ana = try await studio.reference("Ana", at: "2026-12-07 14:00")
                let ben = try await studio.reference("Ben", at: "2026-12-07 15:00")
                try await wait(until: "both messages are held") {
                    try await studio.count("message", where: "status = 'queued' AND reason = 'template_error'") == 2
                }
                for reference in [ana, ben] {
                    let entry = try #require(try await studio.account(of: reference)["confirmation"])
                    #expect(entry["reason"] == "template_error" && entry["attempts"] == 0)
                    #expect(entry["reply"]?.text.contains("{{cleint}}") == true, "\(entry)")
                }
                // Messages with another template are sent.
                try await studio.answer("cancel", ben)
                try await wait(until: "the cancellation is sent") { try await studio.messages("sent") == 1 }
                try studio.write(folder, "confirmation.txt", "Hi {{client}}")
                try await studio.book("Eve", at: "2026-12-07 16:00")
                try await wait(until: "the held messages are sent") { try await studio.messages("sent") == 3 }
                kill(runner, SIGTERM)
            }
            #expect(result.exit == 0, "\(result.stderr)")
            let logged = result.stderr.components(separatedBy: "confirmation.txt:1").count - 1
            #expect(logged == 1, "\(result.stderr)")
            #expect(result.stderr.contains("\(folder.path)/confirmation.txt:1"))
            let figures = try String(contentsOfFile: metrics, encoding: .utf8)
            let held = figures.firstMatch(of: #/reminders_failed_total{reason="template_error"} ([0-9]+)/#)
            #expect(held.flatMap { Int($0.1) }.map { $0 >= 2 } == true, "\(figures)")
            #expect(figures.contains("reminders_sent_total{channel=\"email\"} 3"))
        }
    }

    @Test("a template that becomes malformed, or that others include, is named in the log and the ledger")
    func malformedLater() async throws {
        try await Studio.with { studio in
            let folder = try studio.templates(["end.txt": "Bye"])
            let result = try await studio.intro(["run"], environment: folder.environment) { runner in
                try await wait(until: "the runner is registered") { try await studio.count("job_runner") == 1 }
                try studio.write(folder, "end.txt", "{{#phone}}never ended")
                let reference = try await studio.reference("Ana", at: "2026-12-07 14:00")
                try await wait(until: "the message is held") {
                    try await studio.count("message", where: "reason = 'template_error'") == 1
                }
                let entry = try #require(try await studio.account(of: reference)["confirmation"])
                #expect(entry["reply"]?.text.hasPrefix("end.txt:1") == true, "\(entry)")
                kill(runner, SIGTERM)
            }
            #expect(result.stderr.contains("end.txt:1: this is not Mustache"), "\(result.stderr)")
        }
    }
}

/// A folder of an operator's own templates.
private struct TemplateFolder {
    let path: String
    var environment: [String: String] { ["INTRO_TEMPLATES_FOLDER": path] }
}

extension Studio {
    /// Creates a folder of templates.
    fileprivate func templates(_ files: [String: String]) throws -> TemplateFolder {
        let folder = TemplateFolder(path: home + "/templates")
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        for (name, text) in files { try write(folder, name, text) }
        return folder
    }

    /// Writes a template atomically.
    fileprivate func write(_ folder: TemplateFolder, _ name: String, _ text: String) throws {
        let draft = "\(home)/draft"
        try text.write(toFile: draft, atomically: false, encoding: .utf8)
        try #require(rename(draft, "\(folder.path)/\(name)") == 0)
    }
}
