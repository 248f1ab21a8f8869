import Foundation
import Testing

@testable import intro

@Suite("console output")
struct ConsoleTests {
    @Test(
        "measures the width of a text in terminal columns",
        arguments: [
            ("Maria", 5), ("", 0), ("Zoe\u{301}", 3), ("李小龙", 6), ("한글", 4), ("👍", 2), ("👨‍👩‍👧", 2), ("🇩🇪", 2), ("❤️", 2),
            ("ﾊﾝｶｸ", 4), ("Ｆ", 2), ("नमस्ते", 4),
        ]
    )
    func width(text: String, expected: Int) {
        #expect(displayWidth(text) == expected)
    }

    @Test("aligns columns by display width, without trailing blanks")
    func table() {
        var table = Table([.init("NAME"), .init("DAYS", .right), .init("STUDIO")])
        table.append(["李小龙", "7", "downtown"])
        table.append(["Ana", "14"])
        #expect(table.text() == "NAME    DAYS  STUDIO\n李小龙     7  downtown\nAna       14")
    }

    @Test("dims the header only if colour is used")
    func header() {
        let table = Table([.init("NAME")], rows: [["Ana"]])
        #expect(table.text(colored: true) == "\u{1B}[2mNAME\u{1B}[0m\nAna")
        #expect(!table.text().contains("\u{1B}"))
    }

    @Test("makes control characters in table cells visible")
    func visible() {
        #expect(Table([.init("X")], rows: [["a\u{1B}[31mb\nc"]]).text() == "X\na\\e[31mb\\nc")
    }

    @Test("uses colour on terminals, unless NO_COLOR, TERM=dumb or --color override it")
    func color() {
        #expect(usesColor(.auto, environment: [:], onTerminal: true))
        #expect(usesColor(.auto, environment: ["NO_COLOR": ""], onTerminal: true))
        #expect(!usesColor(.auto, environment: [:], onTerminal: false))
        #expect(!usesColor(.auto, environment: ["NO_COLOR": "1"], onTerminal: true))
        #expect(!usesColor(.auto, environment: ["TERM": "dumb"], onTerminal: true))
        #expect(usesColor(.always, environment: ["NO_COLOR": "1"], onTerminal: false))
        #expect(!usesColor(.never, environment: [:], onTerminal: true))
    }

    @Test("encodes JSON with sorted snake-case keys, UTC instants and unescaped slashes")
    func json() throws {
        struct Record: Encodable {
            let startsAt = Date(timeIntervalSince1970: 1_796_144_400)
            let atURL = "https://example.com/a"
        }
        #expect(try jsonText(Record()) == #"{"at_url":"https://example.com/a","starts_at":"2026-12-01T17:00:00Z"}"#)
    }

    @Test("prints an error as three lines, or as JSON with three fields")
    func failure() throws {
        let failure = Failure(code: "x", message: "what", reason: "why", hint: "next \u{1B}[0m", exit: .refused)
        #expect(failure.text() == "error: what\nwhy\nhint: next \\e[0m")
        #expect(
            try jsonText(Failure(code: "x", message: "what", reason: "why", hint: "next", exit: .refused).record)
                == #"{"error":{"code":"x","hint":"next","message":"what: why"}}"#
        )
    }

    @Test("reports an unknown error as a bug, without its password")
    func bug() {
        struct UnknownError: Error, CustomStringConvertible {
            let description = "no route to postgresql://ana:s3cret@db"
        }
        let failure = Failure(describing: UnknownError())
        #expect(failure.exit == .bug)
        #expect(failure.reason == "UnknownError: no route to postgresql://ana:…@db")
    }
}
