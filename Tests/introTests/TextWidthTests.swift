import Testing

@testable import intro

@Suite("fitting text into a width")
struct TextWidthTests {
    @Test("truncates a text by display width, with an ellipsis")
    func truncated() {
        #expect("Maria".truncated(to: 5) == "Maria")
        #expect("Maria Lopez".truncated(to: 6) == "Maria…")
        #expect("李小龙".truncated(to: 5) == "李小…")
        #expect("👨‍👩‍👧👨‍👩‍👧".truncated(to: 3) == "👨‍👩‍👧…")
    }

    @Test("wraps a text at blanks with an indent, and truncates a word that is too long")
    func wrapped() {
        #expect("away: Honeymoon".wrapped(to: 20) == ["away: Honeymoon"])
        #expect("away: a long story".wrapped(to: 12, indent: 2) == ["away: a long", "  story"])
        #expect("a bbbbbbbbbb c".wrapped(to: 6) == ["a", "bbbbb…", "c"])
        #expect("".wrapped(to: 6) == [""])
        #expect("two  blanks".wrapped(to: 20) == ["two  blanks"])
    }
}
