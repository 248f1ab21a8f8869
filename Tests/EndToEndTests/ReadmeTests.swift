import Foundation
import Testing

/// The README's examples, run as written, one after the other.
@Suite("the README")
struct ReadmeTests {
    /// One `$ intro …` line and what the README says it prints.
    private struct Example {
        let words: [String]
        var output: [String] = []
    }

    @Test("every example prints what the README shows")
    func examples() async throws {
        let readme = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
        let examples = try Self.examples(in: String(contentsOf: readme, encoding: .utf8))
        #expect(examples.count > 10)
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

/// References are drawn at random: the README's one stands for the one that was drawn.
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
