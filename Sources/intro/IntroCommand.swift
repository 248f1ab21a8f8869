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
        if let refused = rejectInvalidUTF8(arguments) { Glibc.exit(refused.rawValue) }
        Glibc.exit(await execute(arguments).rawValue)
    }

    /// Refuses words that are not UTF-8, which Swift would otherwise read with replacement characters.
    private static func rejectInvalidUTF8(_ arguments: [String]) -> ExitCode? {
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
        } catch OutputError.readerClosed {
            return .done
        } catch {
            return reportFailure(error, arguments: arguments)
        }
    }

    private static func reportFailure(_ error: any Error, arguments: [String]) -> ExitCode {
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
        } catch OutputError.readerClosed {
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

/// A command of `intro` that needs its settings, its console or its database.
///
/// A command declares its arguments and says what to do in ``run(in:)``; how the house is built and closed is the same
/// for all of them and stands here.
protocol IntroSubcommand: AsyncParsableCommand {
    /// The options that every command takes.
    var global: GlobalOptions { get }

    /// Checks that the arguments go together, once the parser has reported every unknown option.
    ///
    /// - Throws: `ValidationError`.
    func checkUsage() throws

    /// Does the command's work.
    ///
    /// - Parameter intro: Everything the work needs, built from the configuration.
    /// - Throws: What went wrong; `Failure(describing:)` makes it fit to print.
    func run(in intro: Intro) async throws
}

extension IntroSubcommand {
    func checkUsage() throws {}

    func run() async throws {
        do {
            try checkUsage()
        } catch let problem as ValidationError {
            let words = IntroCommand.words(to: Self.self).joined(separator: " ")
            throw Failure(code: "usage", message: problem.message, hint: "see `\(words) --help`", exit: .usage)
        }
        let intro = try Intro(options: global)
        do {
            try await run(in: intro)
        } catch {
            await intro.close()
            throw error
        }
        await intro.close()
    }
}

/// The options that every command takes, before or after its own.
struct GlobalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The PostgreSQL database to use.", valueName: "url"))
    var database: String?

    @Option(help: ArgumentHelp("Read settings from this file only.", valueName: "file"))
    var config: String?

    @Flag(help: "Print results and errors as JSON.")
    var json = false

    @Option(help: "Whether to use colour: auto, always or never.")
    var color = ColorChoice.auto

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("The actor for the event log. (default: your login)", valueName: "who")
    )
    var actor: String?

    @Option(help: ArgumentHelp("Act as if it were this time, as in 2026-12-01T09:00:00-08:00.", valueName: "time"))
    var now: String?

    @Flag(help: "Print progress on standard error.")
    var verbose = false
}

/// When to use colour.
enum ColorChoice: String, CaseIterable, Sendable, ExpressibleByArgument {
    /// On a terminal, unless `NO_COLOR` is set.
    case auto
    case always
    case never
}
