import Foundation
import Testing

/// The examples of the documents, run as written, one after the other.
@Suite("the documents")
struct ReadmeTests {
    /// One `$ intro …` line and the output that the document shows.
    private struct Example {
        let words: [String]
        var output: [String] = []
    }

    @Test("every example prints what the document shows", arguments: [("README.md", 10), ("deploy/README.md", 5)])
    func examples(document: String, count: Int) async throws {
        let examples = try Self.examples(in: Self.text(of: document))
        #expect(examples.count > count)
        try await TemporaryHome.with { home in
            _ = try await home.intro("local", "start")
            var reference = Reference()
            for example in examples {
                let words = example.words.dropFirst().map { reference.inReality($0) }
                let result = try await home.run(words + ["--now", "2026-11-30T17:00:00Z"], [:])
                let printed = (result.stdout + result.stderr).split(separator: "\n", omittingEmptySubsequences: false)
                reference.learn(from: result.stdout)
                let shown = reference.asInReadme(printed.dropLast().joined(separator: "\n"))
                #expect(shown == example.output.joined(separator: "\n"), "\(example.words)")
            }
        }
    }

    @Test("every file that a document names exists", arguments: ["Sources/README.md", "Schema/README.md"])
    func files(document: String) throws {
        let names = try Set(Self.text(of: document).matches(of: /[A-Za-z_+]+\.(?:swift|sql)/).map { String($0.output) })
        let found = ["Sources", "Schema"].flatMap { folder in
            FileManager.default.enumerator(atPath: Self.root.appending(path: folder).path)?.compactMap { $0 as? String }
                ?? []
        }
        let known = Set(found.map { URL(filePath: $0).lastPathComponent })
        #expect(names.count > 2)
        #expect(names.subtracting(known) == [])
    }

    @Test("every table, constraint and function that the description of the schema names exists")
    func schema() throws {
        let text = try Self.text(of: "Schema/README.md")
        let names = Set(text.matches(of: /`([a-z]+(?:_[a-z]+)+)`/).map { String($0.output.1) })
        let catalogue = try Self.text(of: "Schema/Catalogue.txt")
        #expect(names.count > 20)
        #expect(names.filter { !catalogue.contains($0) && $0 != "job_lease" } == [])
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

    private static func text(of document: String) throws -> String {
        try String(contentsOf: root.appending(path: document), encoding: .utf8)
    }

    private static func examples(in readme: String) -> [Example] {
        var examples: [Example] = []
        var isInside = false
        for line in readme.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isInside = line == "```console"
            } else if isInside, line.hasPrefix("$ ") {
                examples.append(Example(words: words(of: line.dropFirst(2))))
            } else if isInside {
                examples[examples.count - 1].output.append(String(line))
            }
        }
        return examples
    }

    /// Splits at blanks outside double quotes.
    private static func words(of line: Substring) -> [String] {
        line.split(separator: "\"", omittingEmptySubsequences: false).enumerated().reduce(into: [""]) { words, part in
            let isQuoted = part.offset % 2 == 1
            let pieces =
                isQuoted ? [part.element] : part.element.split(separator: " ", omittingEmptySubsequences: false)
            words[words.count - 1] += pieces[0]
            words += pieces.dropFirst().map(String.init)
        }
    }
}

/// References are random: the one in the documents stands for the one that was made.
private struct Reference {
    private let readme = "K7Q2-9FXM"
    private var drawn: String?

    mutating func learn(from output: String) {
        if drawn == nil, let match = output.firstMatch(of: #/Booked  ([0-9A-Z]{4}-[0-9A-Z]{4})/#) {
            drawn = String(match.1)
        }
    }

    func inReality(_ word: String) -> String {
        guard let drawn else { return word }
        if word == readme.lowercased().replacingOccurrences(of: "-", with: "") {
            return drawn.lowercased().replacingOccurrences(of: "-", with: "")
        }
        return word.replacingOccurrences(of: readme, with: drawn)
    }

    func asInReadme(_ output: String) -> String {
        drawn.map { output.replacingOccurrences(of: $0, with: readme) } ?? output
    }
}
