import Testing

@testable import Messaging

@Suite("Findings of the template check")
struct TemplateCheckTests {
    private static let specification = TemplateSpecification(
        messages: [
            "m": TemplateSpecification.Message([.mail, .sms]) { language in
                ["trainer": language == "es" ? "María de la Concepción" : "Maria", "phone": "+1", "late": true]
            },
            "digest": TemplateSpecification.Message([.mail]) { _ in
                ["sessions": .list([["client": "Ana"]]), "trainer": "Maria"]
            },
        ],
        languages: ["es"], others: { _ in ["client": "Ana"] })

    private static let sound = [
        "m.subject": "With {{trainer}}", "m.txt": "{{#late}}Late{{/late}}{{> end.txt}}", "m.html": "<p>{{trainer}}",
        "m.sms": "With {{trainer}}", "digest.subject": "x", "digest.html": "x",
        "digest.txt": "{{#sessions}}{{client}} {{trainer}}{{/sessions}}{{^sessions}}{{count(sessions)}}{{/sessions}}",
        "end.txt": "{{#phone}}{{.}} {{uppercased(phone)}}{{/phone}}{{! {{nonsense}}",
    ]

    private func findings(_ changes: [String: String], without file: String? = nil) -> [TemplateFinding] {
        TemplateCheck(Self.specification, maximumSegments: 1) { ($0.count + 19) / 20 }
            .findings(in: Self.sound.filter { $0.key != file }, overriddenBy: changes)
    }

    private func finding(_ file: String, _ line: Int?, _ problem: TemplateFinding.Problem) -> TemplateFinding {
        TemplateFinding(file: file, line: line, problem: problem)
    }

    @Test("correct templates have no findings")
    func nothing() {
        #expect(findings([:]) == [])
        #expect(findings(["welcome.sms": "Hi {{client}}", "m.es.sms": "Con {{phone}}"]) == [])
    }

    @Test("reports an unknown value with the most similar name")
    func unknownValue() {
        let problem = TemplateFinding.Problem.unknownValue(name: "triner", message: "m", nearest: "trainer")
        #expect(findings(["m.txt": "Hi\n{{triner}}"]) == [finding("m.txt", 2, problem)])
        #expect(findings(["m.txt": "Hi\n{{^late}}{{#triner}}x{{/triner}}{{/late}}"]) == [finding("m.txt", 2, problem)])
        let unlike = TemplateFinding.Problem.unknownValue(name: "weather", message: "m", nearest: nil)
        #expect(findings(["end.txt": "{{weather}}"]) == [finding("end.txt", 1, unlike)])
        let client = TemplateFinding.Problem.unknownValue(name: "client", message: "digest", nearest: nil)
        #expect(
            findings(["digest.txt": "{{client}}{{#sessions}}{{client}}{{/sessions}}"]) == [
                finding("digest.txt", 1, client)
            ])
        #expect(
            findings(["welcome.sms": "{{trainer}}"]).map(\.code) == ["unknown_value"])
    }

    @Test("reports a printed list and an unsupported transform")
    func misuse() {
        #expect(findings(["digest.txt": "{{sessions}}"]) == [finding("digest.txt", 1, .printedList(name: "sessions"))])
        #expect(
            findings(["m.txt": "{{shouted(phone)}}"])
                .contains(finding("m.txt", 1, .unknownTransform(name: "shouted", of: "phone"))))
        #expect(findings(["m.sms": "{{.}}"]).map(\.code) == ["unknown_value"])
    }

    @Test("reports an unknown or circular inclusion")
    func inclusions() {
        #expect(
            findings(["m.txt": "\n{{> ends.txt}}{{> end.txt}}"])
                == [finding("m.txt", 2, .unknownInclusion(name: "ends.txt", nearest: "end.txt"))])
        #expect(
            findings(["end.txt": "{{> end.txt}}"]) == [finding("end.txt", 1, .endlessInclusion(path: ["end.txt"]))])
        #expect(findings(["m.sms": "{{> *late}}"]).map(\.code).contains("unnamed_inclusion"))
    }

    @Test("reports missing parts in each language that has some")
    func missingParts() {
        let missing = TemplateFinding.Problem.missingPart(message: "m")
        #expect(findings([:], without: "m.sms") == [finding("m.sms", nil, missing)])
        #expect(
            findings(["m.es.txt": "Hola"]) == [
                finding("m.es.html", nil, missing), finding("m.es.subject", nil, missing),
            ])
        #expect(
            findings(["welcome.subject": "Hi"]).map(\.file) == ["welcome.html", "welcome.txt"])
    }

    @Test("reports an unknown file name and an unused file")
    func names() {
        #expect(findings(["m.text": "x"]) == [finding("m.text", nil, .unknownName)])
        #expect(findings(["m.fr.sms": "x"]) == [finding("m.fr.sms", nil, .unknownLanguage(code: "fr"))])
        let unused = findings(["n.html": "x"])
        #expect(unused == [finding("n.html", nil, .unused(nearest: "m.html"))])
        #expect(findings(["end.html": "x"]) == [finding("end.html", nil, .unused(nearest: nil))])
        #expect(unused.allSatisfy { !$0.isError })
    }

    @Test("reports a syntax error with its line")
    func malformed() {
        let found = findings(["m.txt": "one\n{{#late}}"])
        #expect(found.first?.file == "m.txt" && found.first?.line == 2 && found.first?.code == "malformed")
    }

    @Test("reports braces and settings that would disable escaping")
    func braces() {
        let found = findings(["m.html": "{{{trainer}}}\n{{&trainer}}"])
        #expect(found == [1, 2].map { finding("m.html", $0, .needlessBraces(name: "trainer")) })
        #expect(found.allSatisfy { !$0.isError })
        #expect(findings(["m.html": "{{% CONTENT_TYPE:HTML}}"]) == [finding("m.html", 1, .setting)])
    }

    @Test("reports a text message that is too long with a language's sample values")
    func segments() {
        let text = "It is with {{trainer}}"
        #expect(findings(["m.sms": text]) == [])
        #expect(
            findings(["m.sms": text, "m.es.sms": text]) == [
                finding("m.es.sms", nil, .tooManySegments(count: 2, most: 1))
            ])
    }

    @Test("each finding describes location, problem and remedy")
    func words() {
        let found = findings(["m.txt": "Hi\n{{triner}}"])
        #expect(
            found.map(\.description) == [
                "m.txt:2: {{triner}} is not a value of m. Did you mean {{trainer}}?"
            ])
        let missing = findings([:], without: "m.sms")
        #expect(missing.first?.description.hasPrefix("m.sms: the message m has no such file. Add it") == true)
    }
}
