import Testing

@testable import Messaging

@Suite("Templates in several languages")
struct TemplateLanguageTests {
    private let spanish: TemplateLanguage = "es"

    private func library(_ more: [String: String] = [:]) throws -> TemplateLibrary {
        let sources = ["m.subject": "Hi", "m.txt": "Hello {{name}}", "m.html": "<p>Hello", "m.sms": "Hello {{name}}"]
        return try TemplateLibrary(sources.merging(more) { _, new in new })
    }

    @Test("a message uses the reader's language when all of its parts exist in it")
    func preferred() throws {
        let library = try library(["m.es.subject": "Hola", "m.es.txt": "Hola {{name}}", "m.es.html": "<p>Hola"])
        #expect(library.language(of: "m", as: .mail, preferring: spanish) == spanish)
        let texts = try library.renderMessage("m", in: spanish, with: ["name": "Ana"])
        #expect(texts == TemplateLibrary.MailParts(subject: "Hola", text: "Hola Ana", html: "<p>Hola"))
        #expect(try library.renderMessage("m", with: ["name": "Ana"]).text == "Hello Ana")
        #expect(try library.render("m.es.txt", with: ["name": "Ana"]) == "Hola Ana")
    }

    @Test("a message that lacks a part in a language uses the default language as a whole")
    func fallback() throws {
        let library = try library(["m.es.subject": "Hola", "m.es.txt": "Hola {{name}}"])
        #expect(library.language(of: "m", as: .mail, preferring: spanish) == nil)
        #expect(library.language(of: "m", as: .sms, preferring: spanish) == nil)
        #expect(try library.renderMessage("m", in: spanish, with: ["name": "Ana"]).subject == "Hi")
        #expect(try library.renderSMS("m", in: spanish, with: ["name": "Ana"]) == "Hello Ana")
    }

    @Test("a text message and a mail of the same name have independent languages")
    func formsApart() throws {
        let library = try library(["m.es.sms": "Hola {{name}}"])
        #expect(library.language(of: "m", as: .mail, preferring: spanish) == nil)
        #expect(library.language(of: "m", as: .sms, preferring: spanish) == spanish)
        #expect(try library.renderSMS("m", in: spanish, with: ["name": "Ana"]) == "Hola Ana")
    }

    @Test("a library reports whether it has all parts of a message")
    func holding() throws {
        let library = try TemplateLibrary(["m.subject": "", "m.txt": "", "m.es.html": "", "t.sms": ""])
        #expect(!library.holds("m", as: .mail))
        #expect(library.holds("t", as: .sms))
        #expect(!library.holds("t", as: .mail))
        #expect(throws: TemplateError.notFound(name: "m.html")) { try library.renderMessage("m", with: [:]) }
    }

    @Test("a file name consists of message, language and kind")
    func names() {
        #expect(TemplateName(file: "one-day.txt") == TemplateName("one-day", .text))
        #expect(TemplateName(file: "one-day.es.sms") == TemplateName("one-day", .sms, in: "es"))
        #expect(TemplateName("one-day", .html, in: "es").description == "one-day.es.html")
        for name in ["one-day", ".txt", "a.b.c.txt", "a.ES.txt", "a.spanish.txt", "a..txt", "a.txt.bak", ""] {
            #expect(TemplateName(file: name) == nil)
            #expect(throws: TemplateError.unknownKind(name: name)) { try TemplateLibrary([name: ""]) }
        }
    }

    @Test("rejects unknown and circular inclusions")
    func inclusions() throws {
        #expect(throws: TemplateError.unknownInclusion(name: "a.txt", line: 2, included: "b.txt")) {
            try TemplateLibrary(["a.txt": "one\n{{> b.txt}}"])
        }
        #expect(throws: TemplateError.endlessInclusion(name: "a.txt", line: 1)) {
            try TemplateLibrary(["a.txt": "{{> b.txt}}", "b.txt": "{{#x}}{{> c.txt}}{{/x}}", "c.txt": "\n{{> a.txt}}"])
        }
        #expect(throws: TemplateError.endlessInclusion(name: "a.txt", line: 1)) {
            try TemplateLibrary(["a.txt": "{{#x}}{{> a.txt}}{{/x}}"])
        }
        let shared = ["a.txt": "{{> c.txt}}{{> b.txt}}", "b.txt": "{{> c.txt}}", "c.txt": "c"]
        #expect(try TemplateLibrary(shared).render("a.txt", with: [:]) == "cc")
    }

    @Test(
        "a syntax error names its line",
        arguments: [
            ("one\n{{#open}}\nthree", 2), ("one\n\n{{name", 3), ("{{#a}}\n{{/b}}", 2), ("\n{{/a}}", 2), ("{{", 1),
            ("{{{x}}", 1),
            ("a\n{{na me}}", 2), ("{{=<%}}", 1), ("{{> *x}}", 1), ("{{% X:Y}}", 1), ("{{a b", 1),
            ("\n\n{{#a}}{{#b}}{{/a}}{{/b}}", 3),
        ])
    func malformed(source: String, line: Int) {
        #expect {
            try TemplateLibrary(["x.txt": source])
        } throws: { error in
            guard case .malformed(name: "x.txt", line: line, reason: _)? = error as? TemplateError else { return false }
            return true
        }
    }

    @Test(
        "rejects printing anything but a single value",
        arguments: [
            "{{.}}", "{{{.}}}", "{{items}}", "{{#items}}{{.}}{{/items}}", "{{reversed(items)}}", "{{first(items)}}",
        ])
    func wholes(source: String) throws {
        let library = try TemplateLibrary(["x.html": source])
        #expect(throws: TemplateError.self) {
            try library.render("x.html", with: ["items": .list([["name": "<b>"]]), "name": "<i>"])
        }
    }

    @Test("a list can be counted, reversed and reduced to its first item")
    func lists() throws {
        let source =
            "{{count(items)}}{{#reversed(items)}} {{name}}{{/reversed(items)}}{{#first(items)}}, {{name}}{{/first(items)}}"
        let output = try TemplateLibrary(["x.txt": source]).render(
            "x.txt", with: ["items": .list([["name": "a"], ["name": "b"]])])
        #expect(output == "2 b a, a")
    }
}
