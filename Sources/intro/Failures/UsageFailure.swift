import ArgumentParser

extension IntroCommand {
    /// Converts an error of the argument parser to a failure.
    ///
    /// - Parameters:
    ///   - error: Anything thrown while a command line was parsed or run.
    ///   - arguments: The arguments after the program's name.
    /// - Returns: A failure with exit code 64, or `nil` when the error is not the parser's.
    static func usageFailure(_ error: any Error, of arguments: [String]) -> Failure? {
        guard exitCode(for: error) == .validationFailure else { return nil }
        let text = fullMessage(for: error)
        let help = helpCommand(in: text) ?? "intro --help"
        let group = help.split(separator: " ").dropFirst().dropLast()
        let command = self.command(named: group)
        var message = self.message(for: error)
        // The parser reports a missing value before an unknown option, which may be its misspelt name.
        if message.hasPrefix("Missing expected argument"), let command,
            let unknown = unknownOption(in: arguments, of: command)
        {
            message = unknown
        }
        let names = command?.configuration.subcommands.map { $0._commandName } ?? []
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

    /// Returns the help command that the parser recommends.
    ///
    /// The last line of its message is: See 'intro slots --help' for more information.
    private static func helpCommand(in text: String) -> String? {
        guard let line = text.split(separator: "\n").last(where: { $0.contains("See '") }) else { return nil }
        let pieces = line.split(separator: "'")
        return pieces.count > 1 ? String(pieces[1]) : nil
    }

    /// Returns the full name of a command, such as `intro studio edit`; only the program's name for an unknown command.
    static func words(to command: any ParsableCommand.Type) -> [String] {
        func words(below parent: any ParsableCommand.Type) -> [String]? {
            if parent == command { return [parent._commandName] }
            return parent.configuration.subcommands.lazy.compactMap { words(below: $0) }.first
                .map { [parent._commandName] + $0 }
        }
        return words(below: IntroCommand.self) ?? [IntroCommand._commandName]
    }

    /// Returns the command with a name, such as `studio edit`; the root for an empty name.
    private static func command(named words: some Sequence<Substring>) -> (any ParsableCommand.Type)? {
        var command: any ParsableCommand.Type = IntroCommand.self
        for word in words {
            guard let next = command.configuration.subcommands.first(where: { $0._commandName == word }) else {
                return nil
            }
            command = next
        }
        return command
    }

    /// Returns the message for the first option that a command does not have; `nil` without one.
    private static func unknownOption(in arguments: [String], of command: any ParsableCommand.Type) -> String? {
        let known = optionNames(of: command)
        let names = arguments.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }
            .map { String($0.prefix { $0 != "=" }) }
        guard let unknown = names.first(where: { !known.contains($0) }) else { return nil }
        let suggestion = nearest(to: unknown, among: known).map { ". Did you mean '\($0)'?" }
        return "Unknown option '\(unknown)'" + (suggestion ?? "")
    }

    /// Returns the names of a command's options, such as `--studio`, from the labels of its help.
    private static func optionNames(of command: any ParsableCommand.Type) -> [String] {
        helpMessage(for: command, includeHidden: true, columns: 80).split(separator: "\n").flatMap { line -> [String] in
            let label = line.split(separator: " ").prefix { $0.hasPrefix("-") || $0.hasPrefix("<") }
            let names = label.joined(separator: "/").split { $0 == "/" || $0 == "," }
            return names.filter { $0.hasPrefix("--") }.map { String($0) }
        }
    }

    /// Returns the first unexpected argument.
    private static func unexpectedWord(in message: String) -> String? {
        guard message.hasPrefix("Unexpected argument '") || message.contains(" unexpected arguments: '") else {
            return nil
        }
        let pieces = message.split(separator: "'", maxSplits: 2)
        return pieces.count > 1 ? String(pieces[1]) : nil
    }
}

/// A check for empty values on a command line, as from an unset shell variable; no option accepts one.
enum EmptyValue {
    /// Rejects a command line that contains an empty value.
    ///
    /// - Parameter arguments: The arguments after the program's name.
    /// - Throws: A `Failure` that names the option.
    static func assertNone(in arguments: [String]) throws(Failure) {
        var option: String?
        for word in arguments {
            if isBlank(word) { throw empty(option) }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard word.hasPrefix("--"), let name = parts.first else {
                option = nil
                continue
            }
            if parts.count == 2, isBlank(String(parts[1])) { throw empty(String(name)) }
            option = parts.count == 1 ? word : nil
        }
    }

    private static func empty(_ option: String?) -> Failure {
        .invalidInput(
            "\(option ?? "an argument") is empty",
            hint: "give it a value, or leave it out; where a field can be cleared, the value is `none`")
    }

    private static func isBlank(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.properties.isWhitespace || $0.properties.isDefaultIgnorableCodePoint }
    }
}

/// Returns the known name that a mistyped word most likely stands for.
///
/// - Parameters:
///   - word: The mistyped word.
///   - names: The known names.
/// - Returns: The name with the smallest edit distance, or `nil` when no name is near enough.
func nearest(to word: String, among names: [String]) -> String? {
    let scored = names.map { (name: $0, distance: editDistance(Array(word), Array($0))) }
    guard let best = scored.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
    return best.distance <= max(2, best.name.count / 3) ? best.name : nil
}

/// Returns the number of characters that must be inserted, deleted or replaced to turn one word into the other.
private func editDistance(_ source: [Character], _ target: [Character]) -> Int {
    var previous = Array(0...target.count)
    for (row, character) in source.enumerated() {
        var current = [row + 1]
        for (column, other) in target.enumerated() {
            let replaced = previous[column] + (character == other ? 0 : 1)
            current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
        }
        previous = current
    }
    return previous[target.count]
}
