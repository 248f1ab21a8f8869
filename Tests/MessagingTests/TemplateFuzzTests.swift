import SeededRandom
import Testing

@testable import Messaging

@Suite("Random templates")
struct TemplateFuzzTests {
    /// Pieces of templates, and typical typing errors.
    private static let pieces = [
        "{{", "}}", "{", "}", "{{{", "}}}", "{{#a}}", "{{/a}}", "{{^a}}", "{{#list}}", "{{/list}}", "{{a}}", "{{&a}}",
        "{{{a}}}",
        "{{!", "{{! a }}", "{{=", "=}}", "{{=<% %>=}}", "<%a%>", "<%={{ }}=%>", "{{$b}}", "{{/b}}", "{{<p.txt}}",
        "{{/p.txt}}",
        "{{> p.txt}}", "{{> q.txt}}", "{{>", "{{%", "{{% CONTENT_TYPE:TEXT}}", "{{uppercased(a)}}", "{{count(list)}}",
        "{{first()}}",
        "{{.}}", "(", ")", ".", "=", "a", "\n", " ", "\t", "é", "\u{301}", "👍", "",
    ]

    private func sources(_ seed: UInt64) -> [String: String] {
        var generator = SeededGenerator(seed: seed)
        func source(_ limit: Int) -> String {
            (0..<Int.random(in: 0...limit, using: &generator))
                .map { _ in Self.pieces.randomElement(using: &generator) ?? "" }.joined()
        }
        return ["m.txt": source(8), "p.txt": source(3), "m.sms": source(4)]
    }

    @Test("a random template is rejected with a line or rendered, without a crash", arguments: 0..<8)
    func robustness(block: Int) {
        var (refused, rendered) = (0, 0)
        for index in 0..<500 {
            let sources = sources(UInt64(block * 500 + index))
            do {
                let library = try TemplateLibrary(sources)
                _ = try? library.render("m.txt", with: ["a": "x", "list": .list([["b": "y"], [:]])])
                _ = try? library.render("m.txt", with: ["a": "", "list": .list([])])
                rendered += 1
            } catch {
                #expect(error.description.contains("line"))
                refused += 1
            }
            let specification = TemplateSpecification(
                messages: [
                    "m": TemplateSpecification.Message([.sms]) { _ in ["a": "x", "list": .list([["b": "y"]])] }
                ],
                languages: [], others: { _ in [:] })
            _ = TemplateCheck(specification).findings(in: sources)
        }
        #expect(refused > 20 && rendered > 10)
    }
}
