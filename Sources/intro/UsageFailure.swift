import ArgumentParser

extension IntroCommand {
    /// What the argument parser has to complain about, as one of our failures.
    ///
    /// - Parameter error: Anything thrown while a command line was parsed or run.
    /// - Returns: A failure that ends with 64, or `nil` when the error is not the parser's.
    static func usageFailure(_ error: any Error) -> Failure? {
        guard exitCode(for: error) == .validationFailure else { return nil }
        let text = fullMessage(for: error)
        var message = self.message(for: error)
        var hint = "see `\(helpCommand(in: text) ?? "intro --help")`"
        if let word = unexpectedWord(in: message), helpCommand(in: text) == "intro --help" {
            message = "there is no command `\(word)`"
            if let name = nearest(to: word, among: commandNames) {
                hint = "did you mean `intro \(name)`? `intro --help` lists the commands"
            }
        }
        return Failure(code: "usage", message: message, hint: hint, exit: .usage)
    }

    /// The command that the parser recommends.
    ///
    /// Its own last line reads: See 'intro slots --help' for more information.
    private static func helpCommand(in text: String) -> String? {
        guard let line = text.split(separator: "\n").last(where: { $0.contains("See '") }) else { return nil }
        let pieces = line.split(separator: "'")
        return pieces.count > 1 ? String(pieces[1]) : nil
    }

    private static var commandNames: [String] {
        configuration.subcommands.compactMap { $0.configuration.commandName }
    }

    private static func unexpectedWord(in message: String) -> String? {
        guard message.hasPrefix("Unexpected argument '"), message.hasSuffix("'") else { return nil }
        return String(message.dropFirst("Unexpected argument '".count).dropLast())
    }
}
