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
            for options in [[], ["--dry-run"]] {
                let result = try await studio.intro(later + ["--reason", "sick"] + options)
                let text = result.stdout
                #expect(text.hasPrefix("Maria Lopez is already away Tue Dec 1 (time off number 1).\n"), "\(text)")
                #expect(result.stderr.contains("note: --reason was ignored: time off number 1"), "\(result.stderr)")
                let record = try await studio.answer(later + ["--reason", "sick"] + options)
                for field in ["number", "from", "until", "local_from", "local_until", "reason"] {
                    #expect(record[field] == first[field], "\(field): \(record)")
                }
                #expect(record["repeated"] == true)
            }
            #expect(try await studio.intro(later).stderr.isEmpty)
            let longer = try await studio.answer(
                "trainer", "away", "maria", "--cover", "--from", "2026-12-01", "--until", "2026-12-02")
            #expect(longer["number"]?.number == 2 && longer["repeated"] == nil)
            #expect(try await studio.count("time_off") == 2)
        }
    }

    @Test("time off that begins now and ends before now is refused, also as a dry run, and nothing is stored")
    func endsBeforeNow() async throws {
        try await Studio.with { studio in
            let before = try await studio.fingerprint()
            for options in [[], ["--dry-run"]] {
                let result = try await studio.intro(
                    ["trainer", "away", "maria", "--cover", "--until", "today 7am", "--json"] + options)
                #expect(result.exit == 65 && result.error?.code == "invalid_input", "\(result.stderr)")
                #expect(result.error?.message.contains("\"today 7am\" is in the past") == true, "\(result.stderr)")
            }
            #expect(try await studio.fingerprint() == before)
        }
    }

    @Test("a repeated request names the same clients who cannot be notified, unless their sessions changed since")
    func repeatedRequest() async throws {
        try await Studio.with { studio in
            var references: [String] = []
            for (number, time) in ["10:00", "11:00"].enumerated() {
                let booked = try await studio.answer(
                    "book", "--client", "(213) 555-014\(number)", "--name", "Guest", "--trainer", "maria", "--at",
                    "2026-12-01 \(time)")
                references.append(booked["reference"]?.text ?? "")
            }
            for words in [Self.words, ["trainer", "cover", "maria", "--from", "2026-12-02"]] {
                let key = words + ["--request-id", "sick-\(words.count)"]
                let first = try await studio.answer(key)
                #expect(first["not_notified"]?.items.compactMap(\.text) == (words == Self.words ? references : []))
                #expect(try await studio.answer(key)["not_notified"] == first["not_notified"])
            }
            try await studio.answer("cancel", references[0])
            let again = try await studio.answer(Self.words + ["--request-id", "sick-\(Self.words.count)"])
            #expect(again["not_notified"]?.items.compactMap(\.text) == [references[1]])
        }
    }

    @Test("a key that was used for another trainer, another day or another change is refused")
    func usedKey() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 09:00")
            let other = try await studio.reference("Ben", at: "2026-12-02 09:00")
            let key = ["--request-id", "sick-1"]
            try await studio.answer(["trainer", "cover", "maria", "--from", "2026-12-01"] + key)
            try await studio.answer("cancel", other, "--request-id", "call-1")
            let before = try await studio.fingerprint()
            for command in [
                ["trainer", "cover", "james", "--from", "2026-12-01"] + key,
                ["trainer", "cover", "maria", "--from", "2026-12-02"] + key,
                ["trainer", "cover", "maria", "--from", "2026-12-02", "--request-id", "call-1"],
            ] {
                let result = try await studio.intro(command + ["--json"])
                #expect(result.exit == 65 && result.error?.code == "invalid_input", "\(command): \(result.stderr)")
                #expect(result.error?.message == "the request's key was used for another change")
            }
            #expect(try await studio.fingerprint() == before)
        }
    }

    @Test("an e-mail address that is the only contact is never cut, in any width")
    func wholeAddress() async throws {
        try await Studio.with { studio in
            let address = "maximiliana.featherstonehaugh@strength-training.example.com"
            try await studio.answer(
                "book", "--client", address, "--name", "Maximiliana Featherstonehaugh", "--trainer", "maria", "--at",
                "2026-12-01 10:00")
            for trainer in ["aiko", "james"] {
                try await studio.answer("trainer", "away", trainer, "--from", "2026-12-01", "--until", "2026-12-01")
            }
            for width in ["40", "80"] {
                let text = try await studio.intro(Self.words + ["--dry-run"], environment: ["COLUMNS": width]).stdout
                #expect(text.contains("           \(address)\n           (no phone number)\n"), "\(text)")
            }
        }
    }

    @Test("the same time off or closure that is entered twice is stored once")
    func enteredTwice() async throws {
        try await Studio.with { studio in
            let away = ["trainer", "away", "maria", "--from", "wed", "--until", "wed", "--reason", "sick"]
            let first = try await studio.answer(away)
            let again = try await studio.answer(away)
            #expect(again["number"] == first["number"] && again["repeated"] == true)
            let close = ["studio", "close", "downtown", "2026-12-10", "2026-12-10", "--reason", "repair"]
            #expect(try await studio.answer(close) == studio.answer(close))
            #expect(try await studio.count("time_off") == 1)
            #expect(try await studio.count("closure") == 1)
        }
    }

    @Test("slots of the absent trainer that overlap the absence are not offered")
    func overlappingSlots() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 10:00")
            for trainer in ["aiko", "james"] {
                try await studio.answer("trainer", "away", trainer, "--from", "2026-12-01", "--until", "2026-12-01")
            }
            let words = ["trainer", "cover", "maria", "--from", "2026-12-01 10:10", "--until", "2026-12-01 11:00"]
            let left = try await studio.answer(words)["left"]?.items
            let starts = left?.first?["alternatives"]?.items.map { $0["local_start"] }
            #expect(
                starts == ["2026-12-01 09:00 PST", "2026-12-01 09:30 PST", "2026-12-01 11:00 PST"],
                "\(left ?? [])")
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
            #expect(text.contains("  Ana\n           ana@example.com (no phone number)\n"), "\(text)")
            #expect(text.contains("cannot be notified: no e-mail address\n"), "\(text)")
            let advice = try #require(text.firstRange(of: "use `intro reschedule REF --at TIME --trainer HANDLE`\n"))
            #expect(text[..<advice.lowerBound].contains("  Ana\n"), "\(text)")
            #expect(text[advice.upperBound...].contains("  Ben  +1 213-555-0142\n"), "\(text)")
        }
    }
}
