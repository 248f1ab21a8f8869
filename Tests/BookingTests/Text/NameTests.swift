import Booking
import Testing

@Suite("Names and single-line texts")
struct NameTests {
    @Test(
        "accepts names in all scripts",
        arguments: [
            "Ana", "Renée d'Arcy-O'Brien", "山田 太郎", "שרה כהן", "محمد", "Nguyễn Thị Minh Khai", "X Æ A-12", "🏋️ Kim", "李",
        ])
    func accepts(name: String) throws {
        #expect(try PersonName(name).text == name)
    }

    @Test("removes surrounding spaces and reduces inner ones to a single space")
    func tidiesSpaces() throws {
        #expect(try PersonName("A\u{200B}na\u{FEFF} Lee\u{AD}").text == "Ana Lee")
        #expect(try PersonName("  Ana   Maria\u{A0}\u{3000}Silva ").text == "Ana Maria Silva")
    }

    @Test(
        "the first name is the first word of the name",
        arguments: [
            ("Catherine Nguyễn", "Catherine"), ("Ana", "Ana"), ("Ana Maria Silva", "Ana"), ("山田\u{3000}太郎", "山田"),
            ("Zoë\u{A0}Lee", "Zoë"), ("  Ana Lima ", "Ana"), ("Jean-Luc Picard", "Jean-Luc"), ("D'Arcy Lee", "D'Arcy"),
            ("J. R. R. Tolkien", "J."), ("Dr. Ana Lima", "Dr."), ("🏋️ Kim", "🏋️"), ("שרה כהן", "שרה"), ("李", "李"),
        ])
    func firstName(name: String, first: String) throws {
        #expect(try PersonName(name).firstName == first)
    }

    @Test("the first name of a client is the first word of the stored name")
    func clientFirstName() {
        for (name, first) in [("Catherine Nguyễn", "Catherine"), ("Ana\u{2003}Lima", "Ana"), ("Ana", "Ana"), ("", "")] {
            #expect(Client(id: Client.ID(1), name: name, email: nil, phone: nil).firstName == first)
        }
    }

    @Test("stores a name in composed form")
    func composes() throws {
        #expect(try Array(PersonName("Rene\u{301}e").text.utf8) == Array("Ren\u{E9}e".utf8))
    }

    @Test(
        "rejects control characters, line breaks and hidden direction controls",
        arguments: [
            ("Ana\0", "control"), ("Ana\u{1B}[31m", "control"), ("Ana\tLee", "control"), ("Ana\u{85}", "control"),
            ("Ana\nLee", "line break"), ("Ana\r\nLee", "line break"), ("Ana\n", "line break"),
            ("Ana\u{2028}", "line break"),
            ("Ana\u{202E}eeL", "direction"), ("\u{2067}Ana", "direction"), ("Ana\u{2069}", "direction"),
            ("Ana\u{FFFF}", "Unicode"), ("Ana\u{378}", "Unicode"),
        ])
    func refuses(typed: EscapedInput, problem: String) {
        let name = typed.text
        #expect { try PersonName(name) } throws: { error in
            guard let error = error as? InvalidInput else { return false }
            return error.field == "name" && error.problem.contains(problem) && !error.description.contains("Ana")
        }
    }

    @Test(
        "treats a name without a visible character as empty",
        arguments: ["", "   ", "\u{200B}", "\u{200D}", "\u{3164}", "\u{AD}"])
    func refusesEmpty(typed: EscapedInput) {
        let name = typed.text
        #expect(throws: InvalidInput(field: "name", problem: "is empty", hint: "write 1 to 200 characters")) {
            try PersonName(name)
        }
    }

    @Test("limits a name to 200 characters, counted as in the database")
    func limitsLength() throws {
        let family = "👨‍👩‍👧‍👦"
        #expect(try PersonName(String(repeating: "é", count: 200)).text.count == 200)
        #expect(throws: InvalidInput.self) { try PersonName(String(repeating: "a", count: 201)) }
        #expect(throws: InvalidInput.self) { try PersonName(String(repeating: "a", count: 10_000)) }
        #expect(throws: InvalidInput.self) { try PersonName("e" + String(repeating: "\u{301}", count: 10_000)) }
        #expect(throws: InvalidInput.self) { try PersonName(String(repeating: family, count: 29)) }
        #expect(try PersonName(String(repeating: family, count: 28)).text.count == 28)
    }

    @Test("limits other texts to 500 characters, and names their field in errors")
    func limitsLines() throws {
        #expect(try SingleLineText(" Moved  away ", field: "reason").text == "Moved away")
        #expect(try SingleLineText(String(repeating: "x", count: 500)).text.count == 500)
        #expect(throws: InvalidInput(field: "reason", problem: "is too long", hint: "write 1 to 500 characters")) {
            try SingleLineText(String(repeating: "x", count: 501), field: "reason")
        }
    }

    @Test("does not change a normalized name")
    func isStable() throws {
        for name in [" Ana\u{2003}Lee ", "A\u{30A}ngstro\u{308}m", "각", "\u{1112}\u{1161}\u{11AB}"] {
            let once = try PersonName(name)
            #expect(try PersonName(once.text) == once)
        }
    }

    @Test(
        "an error has its field, problem and hint in one line without invisible characters", arguments: HostileText.all)
    func errorsAreVisible(typed: EscapedInput) {
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
