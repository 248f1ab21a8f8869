import Postgres
import Testing

@Suite("repeated covers, and the calls after a cover")
struct RepeatedCoverTests {
    private static let words = ["trainer", "away", "maria", "--cover", "--from", "2026-12-01", "--until", "2026-12-01"]

    @Test("a second trainer away --cover uses the time off that covers its period, and completes the cover")
    func sameTimeOff() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 09:00")
            let first = try await studio.answer(Self.words)
            #expect(first["moved"]?.items.count == 1 && first["repeated"] == nil)
            // A desk moves another session into the absence.
            let reference = try await studio.reference("Ben", at: "2026-12-01 10:00", with: "james")
            try await studio.database.query(
                "UPDATE session SET trainer_id = 1 WHERE reference = \(reference.replacing("-", with: ""))")
            let later = ["trainer", "away", "maria", "--cover", "--from", "dec 1 9am"]
            for (command, moved) in [(Self.words, 1), (later, 0)] {
                let again = try await studio.answer(command)
                #expect(again["number"] == first["number"] && again["repeated"] == true)
                #expect(again["moved"]?.items.count == moved, "\(again)")
            }
            let text = try await studio.intro(Self.words).stdout
            #expect(text.hasPrefix("Maria Lopez is already away Tue Dec 1 (time off number 1).\n"), "\(text)")
            let longer = try await studio.answer(
                "trainer", "away", "maria", "--cover", "--from", "2026-12-01", "--until", "2026-12-02")
            #expect(longer["number"]?.number == 2 && longer["repeated"] == nil)
            #expect(try await studio.count("time_off") == 2)
        }
    }

    @Test("clients who cannot be notified of a move are called as well as those of sessions that were left")
    func calls() async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "book", "--client", "(213) 555-0142", "--name", "Ben", "--trainer", "maria", "--at", "2026-12-01 10:00")
            try await studio.book("Ana", at: "2026-12-01 11:00")
            for trainer in ["aiko", "james"] {
                try await studio.answer(
                    "trainer", "away", trainer, "--from", "2026-12-01 11:00", "--until", "2026-12-01 12:00")
            }
            let dry = try await studio.answer(Self.words + ["--dry-run"])
            #expect(dry["moved"]?.items.count == 1 && dry["left"]?.items.count == 1)
            #expect(dry["not_notified"]?.items == dry["moved"]?.items.compactMap { $0["reference"] })
            let text = try await studio.intro(Self.words).stdout
            #expect(text.contains("\nCall 2 clients; the times are held until 8:30 AM:\n"), "\(text)")
            #expect(text.contains("Ben  +1 213-555-0142\n"), "\(text)")
            #expect(text.contains("ana@example.com (no phone number)\n"), "\(text)")
            #expect(text.contains("cannot be notified: no e-mail address\n"), "\(text)")
        }
    }
}
