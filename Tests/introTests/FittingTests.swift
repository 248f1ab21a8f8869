import Testing

@testable import intro

@Suite("text that fits a width")
struct FittingTests {
    @Test("a text is cut to a width in columns, with an ellipsis")
    func truncated() {
        #expect("Maria".truncated(to: 5) == "Maria")
        #expect("Maria Lopez".truncated(to: 6) == "Maria…")
        #expect("李小龙".truncated(to: 5) == "李小…")
        #expect("👨‍👩‍👧👨‍👩‍👧".truncated(to: 3) == "👨‍👩‍👧…")
    }

    @Test("a text is broken at blanks, with an indent; a word that is too long is cut")
    func wrapped() {
        #expect("away: Honeymoon".wrapped(to: 20) == ["away: Honeymoon"])
        #expect("away: a long story".wrapped(to: 12, indent: 2) == ["away: a long", "  story"])
        #expect("a bbbbbbbbbb c".wrapped(to: 6) == ["a", "bbbbb…", "c"])
        #expect("".wrapped(to: 6) == [""])
        #expect("two  blanks".wrapped(to: 20) == ["two  blanks"])
    }
}
