import ArgumentParser

extension IntroCommand {
    /// What the argument parser has to complain about, as one of our failures.
    ///
    /// - Parameter error: Anything thrown while a command line was parsed or run.
    /// - Returns: A failure that ends with 64, or `nil` when the error is not the parser's.
    static func usageFailure(_ error: any Error) -> Failure? {
        guard exitCode(for: error) == .validationFailure else { return nil }
        let text = fullMessage(for: error)
        let help = helpCommand(in: text) ?? "intro --help"
        let message = self.message(for: error)
        let group = help.split(separator: " ").dropFirst().dropLast()
        let names = commandNames(in: group)
        guard let word = unexpectedWord(in: message), !names.isEmpty else {
            return Failure(code: "usage", message: message, hint: "see `\(help)`", exit: .usage)
        }
        let prefix = group.map { "\($0) " }.joined()
        let hint = nearest(to: word, among: names)
            .map { "did you mean `intro \(prefix)\($0)`? `\(help)` lists the commands" }
        return Failure(
            code: "usage", message: "unknown command `\(prefix)\(word)`", hint: hint ?? "see `\(help)`",
            exit: .usage)
    }

    /// The command that the parser recommends.
    ///
    /// Its own last line reads: See 'intro slots --help' for more information.
    private static func helpCommand(in text: String) -> String? {
        guard let line = text.split(separator: "\n").last(where: { $0.contains("See '") }) else { return nil }
        let pieces = line.split(separator: "'")
        return pieces.count > 1 ? String(pieces[1]) : nil
    }

    /// The words that call a command, such as `intro studio edit`; the program's name alone for one that is not in the tree.
    static func words(to command: any ParsableCommand.Type) -> [String] {
        func words(below parent: any ParsableCommand.Type) -> [String]? {
            if parent == command { return [parent._commandName] }
            return parent.configuration.subcommands.lazy.compactMap { words(below: $0) }.first
                .map { [parent._commandName] + $0 }
        }
        return words(below: IntroCommand.self) ?? [IntroCommand._commandName]
    }

    /// The commands of a group of commands, such as `intro studio`; none where the words name no group.
    private static func commandNames(in group: some Sequence<Substring>) -> [String] {
        group.reduce(configuration.subcommands) { commands, name in
            commands.first { $0._commandName == name }?.configuration.subcommands ?? []
        }.map { $0._commandName }
    }

    /// The first word that the parser had no place for.
    private static func unexpectedWord(in message: String) -> String? {
        guard message.hasPrefix("Unexpected argument '") || message.contains(" unexpected arguments: '") else {
            return nil
        }
        let pieces = message.split(separator: "'", maxSplits: 2)
        return pieces.count > 1 ? String(pieces[1]) : nil
    }
}
