import ArgumentParser
import Glibc

/// The root of the command line: `intro`.
@main
struct IntroCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intro",
        abstract: "Book free introductory sessions and send reminders.",
        version: "0.1.0",
        subcommands: [
            Slots.self, Book.self, Reschedule.self, Cancel.self, Confirm.self, Show.self, Attend.self, NoShow.self,
            Schedule.self, Agenda.self, RemindersCommand.self, Why.self, RulesCommand.self, QuietHoursCommand.self,
            SuppressionCommand.self, TemplatesCommand.self, SMSCommand.self, MailCommand.self, Run.self,
            JobsCommand.self, StudioCommand.self, TrainerCommand.self, ClientCommand.self, Setup.self,
            LocalCommand.self,
        ]
    )

    // The root declares the same group as every command: that is what lets `intro --json slots` mean
    // `intro slots --json`.
    @OptionGroup(title: "Global options") var global: GlobalOptions
}

extension IntroCommand {
    static func main() async {
        StandardStreams.prepare()
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let refused = refuseDamagedText(arguments) { Glibc.exit(refused.rawValue) }
        Glibc.exit(await execute(arguments).rawValue)
    }

    /// Refuses words that are not UTF-8, which Swift would otherwise read with replacement characters.
    private static func refuseDamagedText(_ arguments: [String]) -> ExitCode? {
        for number in 1..<max(1, Int(CommandLine.argc)) {
            guard let word = CommandLine.unsafeArgv[number], String(validatingCString: word) == nil else { continue }
            Console(json: wantsJSON(arguments), color: color(of: arguments)).show(
                .invalidInput(
                    "argument \(number) is not valid UTF-8: \(String(cString: word).visible.prefix(60))",
                    hint: "use a terminal or a file with the encoding UTF-8"))
            return .invalidInput
        }
        return nil
    }

    /// Parses and runs one command line.
    ///
    /// - Parameter arguments: The words after the program's name.
    /// - Returns: What the process ends with; the error has been printed by then.
    static func execute(_ arguments: [String]) async -> ExitCode {
        do {
            var command = try await asyncParseAsRoot(arguments)
            try EmptyValue.assertNone(in: arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return .done
        } catch OutputProblem.readerLeft {
            return .done
        } catch {
            return conclude(error, arguments: arguments)
        }
    }

    private static func conclude(_ error: any Error, arguments: [String]) -> ExitCode {
        let console = Console(json: wantsJSON(arguments), color: color(of: arguments))
        guard exitCode(for: error) != .success else {
            return print(help: fullMessage(for: error), on: console)
        }
        let failure = usageFailure(error) ?? Failure(describing: error)
        console.show(failure)
        return failure.exit
    }

    private static func print(help: String, on console: Console) -> ExitCode {
        do {
            try console.print(help)
            return .done
        } catch OutputProblem.readerLeft {
            return .done
        } catch {
            let failure = Failure(describing: error)
            console.show(failure)
            return failure.exit
        }
    }

    /// What `--color` says on a command line, also on one that cannot be parsed.
    static func color(of arguments: [String]) -> ColorChoice {
        let words = arguments.prefix { $0 != "--" }
        let said = zip(words, words.dropFirst() + [""]).compactMap { word, next in
            if word == "--color" { return ColorChoice(rawValue: next) }
            return word.hasPrefix("--color=") ? ColorChoice(rawValue: String(word.dropFirst("--color=".count))) : nil
        }
        return said.last ?? .auto
    }

    /// Whether `--json` stands on a command line, also one that cannot be parsed.
    static func wantsJSON(_ arguments: [String]) -> Bool {
        arguments.prefix { $0 != "--" }.contains("--json")
    }
}
