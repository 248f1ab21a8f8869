import ArgumentParser
import Foundation
import Testing

@testable import intro

@Suite("help")
struct HelpTests {
    /// A command with its full name.
    private struct Command {
        let words: [String]
        let type: any ParsableCommand.Type
    }

    private static func commands(
        below type: any ParsableCommand.Type = IntroCommand.self, _ words: [String] = []
    ) -> [Command] {
        let words = words + [type._commandName]
        return [Command(words: words, type: type)]
            + type.configuration.subcommands.flatMap { commands(below: $0, words) }
    }

    /// Splits an example into arguments, as a shell does.
    private static func arguments(of example: String) -> [String] {
        var arguments: [String] = []
        for (index, piece) in example.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
            if index % 2 == 1 {
                arguments.append(String(piece))
            } else {
                let line = piece.split(separator: "<").first ?? ""
                arguments += line.split(separator: " ").map(String.init)
            }
        }
        return Array(arguments.dropFirst())
    }

    @Test("every command has an imperative abstract of less than 60 characters")
    func abstracts() {
        let commands = Self.commands()
        #expect(commands.count > 60)
        for command in commands {
            let abstract = command.type.configuration.abstract
            let name = command.words.joined(separator: " ")
            #expect(abstract.count < 60 && abstract.hasSuffix("."), "\(name): \(abstract)")
            #expect(abstract.first?.isUppercase == true, "\(name)")
        }
    }

    @Test("every command has one example of itself, which the command line accepts")
    func examples() async throws {
        for command in Self.commands() {
            let name = command.words.joined(separator: " ")
            let lines = command.type.configuration.discussion.split(separator: "\n")
            let examples = lines.filter { $0.hasPrefix("Example: ") }.map { $0.dropFirst("Example: ".count) }
            #expect(examples.count == 1, "\(name)")
            guard let example = examples.first else { continue }
            #expect(example.hasPrefix(name), "\(name): \(example)")
            await #expect(throws: Never.self, "\(example)") {
                let arguments = Self.arguments(of: String(example))
                let parsed = try await IntroCommand.asyncParseAsRoot(arguments)
                if let command = parsed as? any IntroSubcommand { try command.checkUsage() }
            }
        }
    }

    @Test("the commands are in six groups, and each is in one of them")
    func groups() {
        let groups = IntroCommand.configuration.groupedSubcommands
        #expect(groups.map(\.name) == ["Bookings", "Schedules", "Messages", "Jobs", "Operations", "Setup"])
        #expect(IntroCommand.configuration.ungroupedSubcommands.isEmpty)
        let names = groups.flatMap(\.subcommands).map { $0._commandName }
        #expect(Set(names).count == names.count)
        #expect(names.first == "book")
    }

    @Test("shows a command's own options before the global ones, and subcommands before both")
    func order() throws {
        let book = orderedHelp(IntroCommand.helpMessage(for: Book.self, columns: 80))
        let own = try #require(book.range(of: "\nOPTIONS:\n"))
        let global = try #require(book.range(of: "\nGLOBAL OPTIONS:\n"))
        #expect(own.lowerBound < global.lowerBound)
        #expect(book.contains("Example: intro book"))
        let root = orderedHelp(IntroCommand.helpMessage(columns: 80))
        let sections = root.split(separator: "\n").filter { $0.hasSuffix(":") && $0 == $0.uppercased() }
        #expect(
            sections == [
                "BOOKINGS SUBCOMMANDS:", "SCHEDULES SUBCOMMANDS:", "MESSAGES SUBCOMMANDS:", "JOBS SUBCOMMANDS:",
                "OPERATIONS SUBCOMMANDS:", "SETUP SUBCOMMANDS:", "OPTIONS:", "GLOBAL OPTIONS:",
            ])
        #expect(root.hasSuffix("See 'intro help <subcommand>' for detailed help."))
        let plain = IntroCommand.helpMessage(columns: 80).split(separator: "\n").sorted()
        #expect(root.split(separator: "\n").sorted() == plain, "the reordered help has the same lines")
    }

    @Test("leaves a text without global options as it is")
    func otherText() {
        for text in ["", "0.1.0", "maria\njames", "a\n\nOPTIONS:\n  -h"] { #expect(orderedHelp(text) == text) }
    }
}
