import Foundation
import Testing

/// Runs the examples of the documents in their order.
@Suite("examples and names in the documents")
struct ReadmeTests {
    /// A line `$ intro …` and the output that the document shows.
    private struct Example {
        let words: [String]
        var output: [String] = []
    }

    /// The documents with examples, and a number of examples that each exceeds.
    private static let withExamples = [("README.md", 10), ("deploy/messages.md", 5)]

    @Test("every example prints the documented output", arguments: withExamples)
    func examples(document: String, count: Int) async throws {
        let examples = try Self.examples(in: Self.text(of: document))
        #expect(examples.count > count)
        try await TemporaryHome.with { home in
            _ = try await home.intro("local", "start")
            var reference = Reference()
            for example in examples {
                let words = example.words.dropFirst().map { reference.actual($0) }
                let result = try await home.run(words + ["--now", "2026-11-30T17:00:00Z"], [:])
                let printed = (result.stdout + result.stderr).split(separator: "\n", omittingEmptySubsequences: false)
                reference.update(from: result.stdout)
                let shown = reference.documented(printed.dropLast().joined(separator: "\n"))
                #expect(shown == example.output.joined(separator: "\n"), "\(example.words)")
            }
        }
    }

    @Test("no other document has console examples, and every link leads to a file and a heading")
    func links() throws {
        let documents = try Self.documents
        #expect(documents.count > 8)
        var links = 0
        for document in documents {
            let text = try Self.text(of: document)
            #expect(text.contains("```console") == Self.withExamples.contains { $0.0 == document }, "\(document)")
            for link in text.matches(of: /\]\((?<path>[^)#:]*)(?:#(?<heading>[^)]+))?\)/) {
                let path = String(link.output.path)
                let source = Self.root.appending(path: document)
                let target = path.isEmpty ? source : source.deletingLastPathComponent().appending(path: path)
                let content = try? String(contentsOf: target.standardized, encoding: .utf8)
                #expect(content != nil, "\(document): \(link.output.0)")
                if let heading = link.output.heading {
                    #expect(Self.headings(in: content ?? "").contains(String(heading)), "\(document): \(heading)")
                }
                links += 1
            }
        }
        #expect(links > 20)
    }

    @Test("every file named in a document exists", arguments: ["Sources/README.md", "Schema/README.md"])
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

    @Test("every table, constraint and function named in Schema/README.md exists")
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

    /// The paths of all documents of this package.
    private static var documents: [String] {
        get throws {
            let folders = ["", "Schema/", "Sources/", "deploy/"]
            let top = try folders.flatMap { folder in
                try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path).map {
                    folder + $0
                }
            }
            let parts = try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: "deploy").path)
            return Set(top + parts.map { "deploy/\($0)" }).filter { $0.hasSuffix(".md") }.sorted()
        }
    }

    /// The anchors of a document's headings, as GitHub derives them.
    private static func headings(in text: String) -> Set<String> {
        Set(
            text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
                line.drop { $0 == "#" || $0 == " " }.lowercased().filter {
                    $0.isLetter || $0.isNumber || "- ".contains($0)
                }
                .replacing(" ", with: "-")
            })
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

    /// Splits at spaces outside double quotes.
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

/// Maps the reference in the documents to that of the booking that was made, because references are random.
private struct Reference {
    private let readme = "K7Q2-9FXM"
    private var actualReference: String?

    mutating func update(from output: String) {
        if actualReference == nil, let match = output.firstMatch(of: #/Booked  ([0-9A-Z]{4}-[0-9A-Z]{4})/#) {
            actualReference = String(match.1)
        }
    }

    func actual(_ word: String) -> String {
        guard let actualReference else { return word }
        if word == readme.lowercased().replacingOccurrences(of: "-", with: "") {
            return actualReference.lowercased().replacingOccurrences(of: "-", with: "")
        }
        return word.replacingOccurrences(of: readme, with: actualReference)
    }

    func documented(_ output: String) -> String {
        actualReference.map { output.replacingOccurrences(of: $0, with: readme) } ?? output
    }
}
