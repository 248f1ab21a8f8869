import Foundation
import Postgres
import Testing

@Suite("notes about clients")
struct ClientNoteTests {
    private static let secret = "Knee surgery in May"

    /// The texts of the object's notes.
    private static func texts(_ object: JSON?) -> [String?]? { object?["notes"]?.items.map { $0["text"]?.text } }

    @Test("desk and trainer see the notes in the order of writing, with time and author")
    func shown() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ana Lima", "--email", "ana@example.com")
            try await studio.answer("client", "note", "ana@example.com", Self.secret, "--as", "tom")
            let booked = try await studio.answer(
                "book", "--client", "ana@example.com", "--at", "2026-12-01 09:00", "--trainer", "maria", "--note",
                "Call before", "--as", "eve")
            let both = [Self.secret, "Call before"]
            #expect(Self.texts(booked) == both)
            let notes = try await studio.answer("client", "show", "#1")["notes"]?.items
            #expect(notes?.map { $0["by"]?.text } == ["tom", "eve"])
            #expect(notes?.map { $0["at"]?.text } == ["2026-11-30T16:00:00Z", "2026-11-30T16:00:00Z"])
            for command in [["schedule", "maria"], ["agenda", "downtown", "--on", "2026-12-01"]] {
                #expect(try await Self.texts(studio.answer(command).items.first) == both, "\(command)")
                let text = try await studio.intro(command).stdout
                #expect(text.contains("note: \(Self.secret); Call before"), "\(command): \(text)")
            }
            let session = try await studio.intro("show", "#1").stdout
            #expect(session.contains(Self.secret) && session.contains("tom"))
            let calendar = try await studio.intro("schedule", "maria", "--format", "ics").stdout
            #expect(calendar.replacing("\r\n ", with: "").contains("Notes: \(Self.secret)\\; Call before"))
        }
    }

    @Test("a client is named by a name that only one has; the notes are in the text")
    func named() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ana Lima", "--email", "ana@example.com")
            try await studio.answer("client", "note", "ana lima", Self.secret)
            #expect(try await studio.intro("client", "show", "Ana Lima").stdout.contains(Self.secret))
            try await studio.answer("client", "add", "Ana Lima", "--email", "other@example.com")
            let several = try await studio.intro("client", "note", "ana lima", "x")
            #expect(several.exit == 65)
            #expect(several.stderr.contains("#1  Ana Lima  ana@example.com\n  #2  Ana Lima"), "\(several.stderr)")
        }
    }

    @Test("messages to the client contain no note and no guardian")
    func kept() async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "client", "add", "Ana", "--email", "ana@example.com", "--phone", "(213) 555-0142", "--guardian",
                "Mother: Eva Lima")
            let reference =
                try await studio.answer(
                    "book", "--client", "ana@example.com", "--at", "2026-12-01 09:00", "--trainer", "maria", "--note",
                    Self.secret)["reference"]?.text ?? ""
            for rule in try await studio.answer("rules", "list").items where rule["audience"] == "client" {
                let message = try await studio.intro(
                    "reminders", "preview", rule["key"]?.text ?? "", "--ref", reference, "--json")
                #expect(message.exit == 0, "\(message.stderr)")
                #expect(!message.stdout.contains("Knee") && !message.stdout.contains("Eva"), "\(message.stdout)")
                #expect(message.stdout.contains("Downtown Strength"))
            }
        }
    }

    @Test("a repeated, refused or dry-run booking adds no note")
    func once() async throws {
        try await Studio.with { studio in
            let book = [
                "book", "--client", "ana@example.com", "--name", "Ana", "--at", "2026-12-01 09:00", "--trainer",
                "maria", "--note", Self.secret, "--request-id", "k1",
            ]
            try await studio.answer(book + ["--dry-run"])
            #expect(try await studio.count("client_note") == 0)
            try await studio.answer(book)
            #expect(try await studio.answer(book)["created"] == false)
            _ = try await studio.refusal(Array(book.dropLast(2)))
            #expect(try await studio.count("client_note") == 1)
        }
    }

    @Test("the language and the guardian of a client are stored, shown and cleared")
    func languageAndGuardian() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ana", "--email", "ana@example.com", "--guardian", "Eva Lima")
            let reference =
                try await studio.answer(
                    "book", "--client", "ana@example.com", "--at", "2026-12-01 09:00", "--trainer", "maria",
                    "--language", "es-MX")["reference"]?.text ?? ""
            let shown = try await studio.answer("client", "show", "ana@example.com")
            #expect(shown["language"] == "es" && shown["guardian"] == "Eva Lima")
            let mail = try await studio.answer("reminders", "preview", "confirmation", "--ref", reference)
            #expect(mail["text"]?.text.contains("Hola") == true)
            let cleared = try await studio.answer("client", "edit", "ana@example.com", "--guardian", "none")
            #expect(cleared["guardian"] == .null && cleared["language"] == "es")
            for (command, exit) in [
                (["client", "note", "#1", "a\nb"], 65), (["client", "note", "#9", "x"], 4),
                (["client", "note", "#1"], 64),
            ] as [([String], Int32)] {
                #expect(try await studio.intro(command).exit == exit, "\(command)")
            }
        }
    }
}
