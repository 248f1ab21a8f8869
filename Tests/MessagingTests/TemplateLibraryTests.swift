import Testing

@testable import Messaging

@Suite("Template library")
struct TemplateLibraryTests {
    private func library(_ source: String, name: String) throws -> TemplateLibrary {
        try TemplateLibrary([name: source])
    }

    private func render(_ source: String, as name: String, _ values: [String: TemplateValue]) throws -> String {
        try library(source, name: name).render(name, with: values)
    }

    @Test("a value is escaped in HTML and unchanged in text")
    func escaping() throws {
        let values: [String: TemplateValue] = ["name": "O'Hara & <b>\"x\""]
        #expect(try render("Dear {{name}}", as: "x.txt", values) == "Dear O'Hara & <b>\"x\"")
        #expect(try render("Dear {{name}}", as: "x.html", values) == "Dear O&#39;Hara &amp; &lt;b&gt;&quot;x&quot;")
        #expect(try render("Dear {{name}}", as: "x.subject", values) == "Dear O'Hara & <b>\"x\"")
    }

    @Test("triple braces and combining accents do not bypass escaping")
    func noHole() throws {
        #expect(try render("{{{name}}}{{&name}}", as: "x.html", ["name": "<i>"]) == "&lt;i&gt;&lt;i&gt;")
        #expect(try render("{{name}}", as: "x.html", ["name": "<\u{338}\"\u{338}"]) == "&lt;\u{338}&quot;\u{338}")
    }

    @Test(
        "a value is never parsed as a template",
        arguments: ["{{{ }}}", "{{secret}}", "{{#name}}x{{/name}}", "{{> x.txt}}", "{{=<% %>=}}"])
    func noExpansion(name: String) throws {
        let source = "{{#shown}}{{name}}{{/shown}}|{{name}}"
        let output = try render(source, as: "x.txt", ["name": .text(name), "shown": true, "secret": "!"])
        #expect(output == "\(name)|\(name)")
    }

    @Test("a subject is one line without control characters", arguments: unsafeNames)
    func subject(name: TypedText) throws {
        let name = name.text
        let subject = try render("Hello\n {{name}} \n", as: "x.subject", ["name": .text(name)])
        #expect(subject.hasPrefix("Hello "))
        #expect(subject.unicodeScalars.allSatisfy { !$0.isControl && !$0.isDirectionOverride })
    }

    @Test("sections show, hide and repeat, and items see the values around them")
    func sections() throws {
        let source = "{{#slots}}{{at}} {{studio}};{{/slots}}{{^slots}}none{{/slots}}{{#note}} Note: {{note}}{{/note}}"
        let slots: TemplateValue = .list([["at": "09:00"], ["at": "10:00", "studio": "North"]])
        #expect(
            try render(source, as: "x.txt", ["slots": slots, "studio": "South", "note": .optional(nil)])
                == "09:00 South;10:00 North;")
        #expect(
            try render(source, as: "x.txt", ["slots": .list([]), "studio": "", "note": "bring shoes"])
                == "none Note: bring shoes")
    }

    @Test("included templates are escaped once")
    func partials() throws {
        let library = try TemplateLibrary([
            "a.html": "<p>{{> b.html}}</p>", "b.html": "{{name}}", "a.txt": "{{> b.txt}}", "b.txt": "{{name}}",
        ])
        #expect(try library.render("a.html", with: ["name": "<&>"]) == "<p>&lt;&amp;&gt;</p>")
        #expect(try library.render("a.txt", with: ["name": "<&>"]) == "<&>")
    }

    @Test("a missing value is an error")
    func missingValue() throws {
        #expect(throws: TemplateError.missingValue(name: "x.txt", value: "nmae")) {
            try render("Dear {{nmae}}", as: "x.txt", ["name": "Anna"])
        }
    }

    @Test("the outcome of one rendering does not affect the next")
    func renderedAgain() throws {
        let source = "{{#note}}Note: {{note}}{{/note}}{{^note}}{{name}}{{/note}}"
        let library = try TemplateLibrary(["x.txt": source, "x.html": source])
        for (name, note) in [("A&B", ""), ("C", "D&E"), ("F", ""), ("G", "H")] {
            let values: [String: TemplateValue] = ["name": .text(name), "note": .text(note)]
            #expect(try library.render("x.txt", with: values) == (note.isEmpty ? name : "Note: \(note)"))
            let html = (note.isEmpty ? name : "Note: \(note)").replacing("&", with: "&amp;")
            #expect(try library.render("x.html", with: values) == html)
        }
        #expect(throws: TemplateError.missingValue(name: "x.txt", value: "note")) {
            try library.render("x.txt", with: ["name": "A"])
        }
    }

    @Test("a transformed value is computed for each rendering")
    func transformed() throws {
        let library = try library("{{uppercased(name)}} {{name}}", name: "x.txt")
        #expect(try library.render("x.txt", with: ["name": "Anna"]) == "ANNA Anna")
        #expect(try library.render("x.txt", with: ["name": "José"]) == "JOSÉ José")
    }

    @Test("errors name the missing or malformed template")
    func errors() throws {
        #expect(throws: TemplateError.notFound(name: "y.txt")) {
            try library("", name: "x.txt").render("y.txt", with: [:])
        }
        #expect(throws: TemplateError.unknownKind(name: "x")) { try library("", name: "x") }
        #expect(throws: TemplateError.malformed(name: "x.txt", line: 1, reason: "U+FFFF is not a character")) {
            try library("\u{FFFF}", name: "x.txt")
        }
        #expect {
            try library("one\n{{#open}}\nthree", name: "x.txt")
        } throws: { error in
            if case .malformed(name: "x.txt", line: let line, reason: _)? = error as? TemplateError { return line > 1 }
            return false
        }
    }

    @Test("a mail is rendered with its three parts")
    func message() throws {
        let library = try TemplateLibrary([
            "m.subject": "Hi {{name}}", "m.txt": "Text {{name}}", "m.html": "<p>{{name}}</p>",
        ])
        let texts = try library.renderMessage("m", with: ["name": "A&B"])
        #expect(texts.subject == "Hi A&B")
        #expect(texts.text == "Text A&B")
        #expect(texts.html == "<p>A&amp;B</p>")
    }

    @Test("unusual names are unchanged in plain text", arguments: nastyNames)
    func nasty(name: TypedText) throws {
        let name = name.text
        #expect(try render("{{name}}", as: "x.txt", ["name": .text(name)]) == name)
    }
}
