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

    @Test("narrows the widest columns with an ellipsis until the lines fit, but not times and references")
    func fitting() {
        let table = Table(
            [.exact("START"), .init("CLIENT"), .init("NAME"), .code("WHY")],
            rows: [["Tue Dec 1, 9:00 AM PST", "12", "Maximiliana Featherstonehaugh", "trainer away"]])
        #expect(table.text(width: 80) == table.text())
        #expect(
            table.text(width: 60).split(separator: "\n").map(String.init) == [
                "START                   CLIENT  NAME            WHY",
                "Tue Dec 1, 9:00 AM PST  12      Maximiliana F…  trainer away",
            ])
        for width in [20, 30, 40, 50] {
            let lines = table.text(width: width).split(separator: "\n").map(String.init)
            #expect(lines.allSatisfy { displayWidth($0) <= max(width, 42) }, "\(lines)")
            #expect(lines.last?.hasPrefix("Tue Dec 1, 9:00 AM PST  ") == true)
        }
    }

    @Test("cuts no column of times, whatever its title, and codes after text")
    func exactColumns() {
        let table = Table(
            [.exact("SINCE"), .code("STATE"), .init("NOTE")],
            rows: [["Tue Dec 1, 9:00 AM PST", "waiting for a runner", "a note of several words"]])
        #expect(
            table.text(width: 54).split(separator: "\n").map(String.init) == [
                "SINCE                   STATE                 NOTE",
                "Tue Dec 1, 9:00 AM PST  waiting for a runner  a note …",
            ])
        #expect(table.text(width: 20).contains("Tue Dec 1, 9:00 AM PST  wait"))
    }

    @Test("cuts free text first, and leaves out optional columns in their order before names are cut")
    func optionalColumns() {
        let columns: [Table.Column] = [
            .init("CLIENT"), .note("SUBJECT"), .code("STATUS"), .init("STUDIO").optional(2), .init("BY").optional(1),
        ]
        let row = ["Maximiliana Featherstonehaugh", "a long subject", "attended", "Downtown", "desk-two"]
        let table = Table(columns, rows: [row])
        func lines(_ width: Int) -> [String] { table.text(width: width).split(separator: "\n").map(String.init) }
        #expect(table.text(width: 75) == table.text())
        #expect(lines(70).last == "Maximiliana Featherstonehaugh  a long s…  attended  Downtown  desk-two")
        #expect(lines(54).last == "Maximiliana Featherston…  a long …  attended  Downtown")
        #expect(lines(54).first == "CLIENT                    SUBJECT   STATUS    STUDIO")
        #expect(lines(40).last == "Maximiliana Feather…  a long …  attended")
    }

    @Test("leaves out columns without any value, but not of a table without rows")
    func emptyColumns() {
        let columns: [Table.Column] = [.init("NAME"), .init("SOURCE"), .code("STATUS"), .init("NOTE")]
        #expect(Table(columns, rows: [["Ana", "", "booked"], ["Ben"]]).text() == "NAME  STATUS\nAna   booked\nBen")
        #expect(Table(columns).text() == "NAME  SOURCE  STATUS  NOTE")
    }

    @Test("problems are red in tables if colour is used, aligned as without")
    func problems() {
        let table = Table([.code("STATUS"), .init("TO")], rows: [["failed", "ana"], ["sent", "ben"]])
        #expect(table.text(colored: true).contains("\u{1B}[1;31mfailed\u{1B}[0m  ana\n\u{1B}[32msent\u{1B}[0m    ben"))
    }

    @Test("statuses have a colour in their column and in records, and other cells with the same words have none")
    func statuses() {
        for (status, code) in [
            ("attended", "32"), ("sent", "32"), ("queued", "33"), ("cancelled", "2"), ("skipped", "2"),
            ("no-show", "1;31"), ("unknown", "1;31"), ("failed", "1;31"),
        ] {
            let colored = "\u{1B}[\(code)m\(status)\u{1B}[0m"
            let table = Table([.init("NAME"), .code("STATUS")], rows: [["sent", status]])
            #expect(table.text(colored: true).hasSuffix("\nsent  \(colored)"))
            let record = KeyValueTable(["Status": "\(status): superseded", "Name": "queued"])
            #expect(record.text(colored: true).contains("  \(colored): superseded\n"))
            #expect(record.text(colored: true).hasSuffix("  queued"))
            #expect(!record.text().contains("\u{1B}"))
        }
        #expect(Style.status("booked", of: "booked", when: true) == "booked")
    }

    @Test("values of a record are wrapped between words")
    func wrapping() {
        let record = KeyValueTable(["Why": "waits for possible further changes, until noon", "To": "ana"])
        #expect(
            record.text(width: 30)
                == "Why  waits for possible\n     further changes, until\n     noon\nTo   ana")
    }

    @Test("the pager is INTRO_PAGER, else PAGER, else less; an empty one and cat are none")
    func pager() {
        #expect(Pager(environment: [:])?.command == "less")
        #expect(Pager(environment: ["PAGER": "more"])?.command == "more")
        #expect(Pager(environment: ["PAGER": "more", "INTRO_PAGER": "less -S"])?.command == "less -S")
        #expect(Pager(environment: ["PAGER": "more", "INTRO_PAGER": ""]) == nil)
        #expect(Pager(environment: ["PAGER": "cat"]) == nil)
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
