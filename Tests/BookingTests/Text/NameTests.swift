import Booking
import Testing

@Suite("Names and other single lines")
struct NameTests {
    @Test(
        "names of all scripts are names",
        arguments: [
            "Ana", "Renée d'Arcy-O'Brien", "山田 太郎", "שרה כהן", "محمد", "Nguyễn Thị Minh Khai", "X Æ A-12", "🏋️ Kim", "李",
        ])
    func accepts(name: String) throws {
        #expect(try PersonName(name).text == name)
    }

    @Test("spaces around a name are dropped and those within are one")
    func tidiesSpaces() throws {
        #expect(try PersonName("  Ana   Maria\u{A0}\u{3000}Silva ").text == "Ana Maria Silva")
    }

    @Test("one name has one spelling in bytes")
    func composes() throws {
        #expect(try Array(PersonName("Rene\u{301}e").text.utf8) == Array("Ren\u{E9}e".utf8))
    }

    @Test(
        "control characters, line breaks and hidden direction controls are refused",
        arguments: [
            ("Ana\0", "control"), ("Ana\u{1B}[31m", "control"), ("Ana\tLee", "control"), ("Ana\u{85}", "control"),
            ("Ana\nLee", "line break"), ("Ana\r\nLee", "line break"), ("Ana\n", "line break"),
            ("Ana\u{2028}", "line break"),
            ("Ana\u{202E}eeL", "direction"), ("\u{2067}Ana", "direction"), ("Ana\u{2069}", "direction"),
            ("Ana\u{FFFF}", "Unicode"), ("Ana\u{378}", "Unicode"),
        ])
    func refuses(typed: Typed, problem: String) {
        let name = typed.text
        #expect { try PersonName(name) } throws: { error in
            guard let error = error as? InvalidInput else { return false }
            return error.field == "name" && error.problem.contains(problem) && !error.description.contains("Ana")
        }
    }

    @Test("a name that leaves no ink is empty", arguments: ["", "   ", "\u{200B}", "\u{200D}", "\u{3164}", "\u{AD}"])
    func refusesEmpty(typed: Typed) {
        let name = typed.text
        #expect(throws: InvalidInput(field: "name", problem: "is empty", hint: "write 1 to 200 characters")) {
            try PersonName(name)
        }
    }

    @Test("a name has at most 200 characters, counted as the database counts them")
    func limitsLength() throws {
        let family = "👨‍👩‍👧‍👦"
        #expect(try PersonName(String(repeating: "é", count: 200)).text.count == 200)
        #expect(throws: InvalidInput.self) { try PersonName(String(repeating: "a", count: 201)) }
        #expect(throws: InvalidInput.self) { try PersonName(String(repeating: "a", count: 10_000)) }
        #expect(throws: InvalidInput.self) { try PersonName("e" + String(repeating: "\u{301}", count: 10_000)) }
        #expect(throws: InvalidInput.self) { try PersonName(String(repeating: family, count: 29)) }
        #expect(try PersonName(String(repeating: family, count: 28)).text.count == 28)
    }

    @Test("other lines may have 500 characters and are named by their field")
    func limitsLines() throws {
        #expect(try SingleLineText(" Moved  away ", field: "reason").text == "Moved away")
        #expect(try SingleLineText(String(repeating: "x", count: 500)).text.count == 500)
        #expect(throws: InvalidInput(field: "reason", problem: "is too long", hint: "write 1 to 500 characters")) {
            try SingleLineText(String(repeating: "x", count: 501), field: "reason")
        }
    }

    @Test("a cleaned name is not changed by cleaning it again")
    func isStable() throws {
        for name in [" Ana\u{2003}Lee ", "A\u{30A}ngstro\u{308}m", "각", "\u{1112}\u{1161}\u{11AB}"] {
            let once = try PersonName(name)
            #expect(try PersonName(once.text) == once)
        }
    }

    @Test("an error says what, why and what to do in one visible line", arguments: HostileText.all)
    func errorsAreVisible(typed: Typed) {
        let text = typed.text
        do throws(InvalidInput) {
            _ = try PersonName(text)
        } catch {
            #expect(error.description == visible(error.description))
            #expect(error.description == "name \(error.problem); \(error.hint)")
            #expect(error.description.count < 200)
        }
    }
}
