import ArgumentParser
import FoundationEssentials
import Glibc
import Logging

/// The root of the command line: `intro`.
@main
struct IntroCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intro",
        abstract: "Book free introductory sessions and send reminders.",
        usage: "intro <command> [<options>]",
        discussion: "Example: intro slots",
        version: Version.number,
        groupedSubcommands: [
            CommandGroup(
                name: "Bookings",
                subcommands: [
                    Book.self, Slots.self, HoldCommand.self, Show.self, Reschedule.self, Cancel.self, Confirm.self,
                    Attend.self, NoShow.self, Undo.self, ClientCommand.self,
                ]),
            CommandGroup(
                name: "Schedules",
                subcommands: [
                    Agenda.self, Schedule.self, SessionsCommand.self, LogCommand.self, TrainerCommand.self,
                    StudioCommand.self,
                ]),
            CommandGroup(
                name: "Messages",
                subcommands: [
                    RemindersCommand.self, Why.self, SMSCommand.self, MailCommand.self, RulesCommand.self,
                    QuietHoursCommand.self, SuppressionCommand.self, TemplatesCommand.self,
                ]),
            CommandGroup(name: "Jobs", subcommands: [Run.self, JobsCommand.self]),
            CommandGroup(
                name: "Operations",
                subcommands: [
                    StatusCommand.self, Doctor.self, Verify.self, RetentionCommand.self, BackupCommand.self,
                    RestoreCommand.self,
                ]),
            CommandGroup(
                name: "Setup",
                subcommands: [Setup.self, LocalCommand.self, ConfigCommand.self, CompletionCommand.self]),
        ]
    )

    // The root declares the same option group as every command, so that `intro --json slots` means `intro slots
    // --json`.
    @OptionGroup(title: "Global options") var global: GlobalOptions
}

extension IntroCommand {
    static func main() async {
        StandardStreams.prepare()
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let refused = rejectInvalidUTF8(arguments) { Glibc.exit(refused.rawValue) }
        Glibc.exit(await execute(arguments).rawValue)
    }

    /// Rejects arguments that are not UTF-8, which Swift would otherwise decode with replacement characters.
    private static func rejectInvalidUTF8(_ arguments: [String]) -> ExitCode? {
        for number in 1..<max(1, Int(CommandLine.argc)) {
            guard let word = CommandLine.unsafeArgv[number], String(validatingCString: word) == nil else { continue }
            console(for: arguments).show(
                .invalidInput(
                    "argument \(number) is not valid UTF-8: \(String(cString: word).visible.prefix(60))",
                    hint: "use a terminal or a file with the encoding UTF-8"))
            return .invalidInput
        }
        return nil
    }

    /// Parses and runs one command line.
    ///
    /// - Parameter arguments: The arguments after the program's name.
    /// - Returns: The exit code; an error has already been printed.
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
        } catch let error as CommandError {
            return reportFailure(error.underlying, of: arguments, on: error.console)
        } catch {
            return reportFailure(error, of: arguments, on: console(for: arguments))
        }
    }

    private static func reportFailure(
        _ error: any Error, of arguments: [String], on console: Console
    ) -> ExitCode {
        if case OutputError.readerClosed = error { return .done }
        if let reported = error as? ReportedFailures { return reported.exit }
        guard exitCode(for: error) != .success else {
            return print(information: fullMessage(for: error), on: console)
        }
        let failure = usageFailure(error, of: arguments) ?? Failure(describing: error)
        console.show(failure)
        return failure.exit
    }

    /// Prints a help text, the version, or completions.
    private static func print(information text: String, on console: Console) -> ExitCode {
        do {
            if text == Version.number {
                let version = Version()
                try console.report(version) { version.text }
            } else {
                try console.print(orderedHelp(text))
            }
            return .done
        } catch OutputError.readerClosed {
            return .done
        } catch {
            let failure = Failure(describing: error)
            console.show(failure)
            return failure.exit
        }
    }

    /// Returns the console of a command line that cannot be parsed, or whose settings cannot be read.
    private static func console(for arguments: [String]) -> Console {
        let environment = ProcessInfo.processInfo.environment
        let format = logFormat(of: arguments) ?? environment["INTRO_LOG_FORMAT"].flatMap { LogFormat(rawValue: $0) }
        return Console(
            json: wantsJSON(arguments), color: color(of: arguments), logFormat: format ?? .text,
            environment: environment)
    }

    /// Returns the value of `--color`, even on a command line that cannot be parsed.
    static func color(of arguments: [String]) -> ColorChoice {
        value(of: "--color", in: arguments) ?? .auto
    }

    /// Returns the value of `--log-format`, even on a command line that cannot be parsed.
    static func logFormat(of arguments: [String]) -> LogFormat? {
        value(of: "--log-format", in: arguments)
    }

    private static func value<Choice: RawRepresentable<String>>(of option: String, in arguments: [String]) -> Choice? {
        let words = arguments.prefix { $0 != "--" }
        return zip(words, words.dropFirst() + [""]).compactMap { word, next in
            if word == option { return Choice(rawValue: next) }
            return word.hasPrefix(option + "=") ? Choice(rawValue: String(word.dropFirst(option.count + 1))) : nil
        }.last
    }

    /// Returns whether a command line contains `--json`, even if it cannot be parsed.
    static func wantsJSON(_ arguments: [String]) -> Bool {
        arguments.prefix { $0 != "--" }.contains("--json")
    }
}

/// The error of a command, with the console that reports it in the form that the settings require.
private struct CommandError: Error {
    let underlying: any Error
    let console: Console
}

/// A subcommand of `intro` that needs settings, a console or a database.
///
/// A command declares its arguments and implements ``run(in:)``; the dependencies are created and closed here.
protocol IntroSubcommand: AsyncParsableCommand {
    /// The global options.
    var global: GlobalOptions { get }

    /// The lowest level that is logged without `--verbose`.
    static var logLevel: Logger.Level { get }

    /// The clock by which a local time of `--now` is read.
    var nowClock: NowClock { get }

    /// Validates combinations of arguments, after the parser has reported unknown options.
    ///
    /// - Throws: `ValidationError`.
    func checkUsage() throws

    /// Runs the command.
    ///
    /// - Parameter intro: The dependencies, built from the configuration.
    /// - Throws: Any error; `Failure(describing:)` converts it for printing.
    func run(in intro: Intro) async throws
}

extension IntroSubcommand {
    static var logLevel: Logger.Level { .notice }

    var nowClock: NowClock { .studios() }

    func checkUsage() throws {}

    func run() async throws { try await runWithDependencies() }

    /// Creates the dependencies, runs the command, and closes the dependencies.
    ///
    /// - Throws: A `Failure` when a setting or an option is not valid, or the command's error with its console.
    func runWithDependencies() async throws {
        do {
            try checkUsage()
        } catch let problem as ValidationError {
            let words = IntroCommand.words(to: Self.self).joined(separator: " ")
            throw Failure(code: "usage", message: problem.message, hint: "see `\(words) --help`", exit: .usage)
        }
        let intro = try await Intro.make(options: global, nowOn: nowClock, logLevel: Self.logLevel)
        do {
            try await run(in: intro)
        } catch {
            let error = await intro.withSuggestion(error)
            await intro.close()
            throw CommandError(underlying: error, console: intro.console)
        }
        await intro.close()
    }
}

/// The options that every command accepts, before or after its own.
struct GlobalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The PostgreSQL database to use.", valueName: "url"))
    var database: String?

    @Option(help: ArgumentHelp("Read settings from this file only.", valueName: "file"))
    var config: String?

    @Flag(help: "Print results and errors as JSON.")
    var json = false

    @Option(help: "Whether to use colour: auto, always or never.")
    var color = ColorChoice.auto

    @Option(help: "Show times of day by this clock: 12 or 24. (default: that of the studio's region)")
    var clock: ClockChoice?

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("The actor for the event log. (default: your login)", valueName: "who")
    )
    var actor: String?

    @Option(help: ArgumentHelp("Act as if it were this time, such as \"tue 9am\".", valueName: "time"))
    var now: String?

    @Flag(help: "Print progress on standard error.")
    var verbose = false

    @Option(help: ArgumentHelp("Log on standard error as text or json. (default: text)", valueName: "format"))
    var logFormat: LogFormat?
}

/// The values of `--clock`.
enum ClockChoice: String, CaseIterable, Sendable, ExpressibleByArgument {
    case twelve = "12"
    case twentyFour = "24"
}

/// When to use colour.
enum ColorChoice: String, CaseIterable, Sendable, ExpressibleByArgument {
    /// On a terminal, unless `NO_COLOR` is set.
    case auto
    case always
    case never
}
