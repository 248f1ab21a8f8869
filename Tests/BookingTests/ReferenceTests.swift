import Booking
import SeededRandom
import Testing

@Suite("References")
struct ReferenceTests {
    @Test(
        "reads a reference in any case and with any separators",
        arguments: ["K7Q2-9FXM", "k7q29fxm", "K7Q29FXM", " k7q2 9fxm ", "K-7-Q-2-9-F-X-M", "K7Q2\u{2013}9FXM"])
    func forgives(text: String) throws {
        let reference = try Reference(text)
        #expect(reference.code == "K7Q29FXM")
        #expect(reference.description == "K7Q2-9FXM")
    }

    @Test("reads letters that look like digits as digits")
    func forgivesConfusions() throws {
        #expect(try Reference("OoIi-Ll01").code == "00111101")
    }

    @Test(
        "rejects text with another length or other characters",
        arguments: ["U7Q2-9FXM", "K7Q2-9FX", "K7Q2-9FXMM", "K7Q2_9FXM", "K7Q2-9FX\u{E9}", "K7Q2-9FX\n", "--------"])
    func refuses(typed: EscapedInput) {
        let text = typed.text
        #expect { try Reference(text) } throws: { ($0 as? InvalidInput)?.field == "reference" }
    }

    @Test("a generated reference parses to itself, also with letters in place of similar digits")
    func roundTrips() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<1000 {
            let reference = Reference(bits: generator.next())
            #expect(try Reference(reference.code) == reference)
            #expect(try Reference(reference.description.lowercased()) == reference)
            #expect(try Reference(reference.code.replacing("0", with: "o").replacing("1", with: "L")) == reference)
        }
    }

    @Test(
        "has the references with one typing error as neighbors",
        arguments: [
            ("K7Q2-9FXN", true), ("K7Q2-9XFM", true), ("7Q29FXM", true), ("K7Q2-9FXMM", true), ("k7q2_9fxm", true),
            ("U7Q2-9FXM", true), ("K7Q2-9FX\u{E9}", true), ("K7Q2-9FXM", true), ("K7Q2-9FNN", false),
            ("K7Q2-9F", false), ("U7Q2-9FX", false), ("UUQ2-9FXM", false), ("", false),
            ("7KQ2-9FXM", true), ("7KQ2-9FXU", false), ("K7Q2-U9FXM", true), ("K7Q2-U9FXU", false),
        ])
    func neighbors(text: String, isNeighbor: Bool) throws {
        let neighbors = Reference.neighbors(of: text)
        #expect(neighbors.contains(try Reference("K7Q2-9FXM")) == isNeighbor)
        #expect(neighbors.count <= 288)
    }

    @Test("distinguishes a mistyped reference from a name")
    func isLikely() {
        for text in ["K7Q2-9FXM", "k7q2 9fx", "7K2M-XXQ", "KXMP-XXQ", "U7Q29FXM", "K7Q2"] {
            #expect(Reference.isLikely(text), "\(text)")
        }
        for text in ["Greg Park", "Ana L1ma", "Guest 1", "anne-marie", "MARIANNE", "Zoë-Anne", "", "213 555 014"] {
            #expect(!Reference.isLikely(text), "\(text)")
        }
    }

    @Test("generates every character of the alphabet in every position, and no other")
    func drawsTheWholeAlphabet() {
        var generator = SeededGenerator(seed: 11)
        var seen = [Set<Character>](repeating: [], count: 8)
        for _ in 0..<2000 {
            for (place, character) in Reference(bits: generator.next()).code.enumerated() {
                seen[place].insert(character)
            }
        }
        #expect(seen.allSatisfy { $0 == Set("0123456789ABCDEFGHJKMNPQRSTVWXYZ") })
    }

    @Test("rejects hostile text", arguments: HostileText.all)
    func refusesHostileText(typed: EscapedInput) {
        let text = typed.text
        #expect(throws: InvalidInput.self) { try Reference(text) }
    }
}
