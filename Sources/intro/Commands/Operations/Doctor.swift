import ArgumentParser
import Booking
import FoundationEssentials

/// `intro doctor`: checks the installation.
struct Doctor: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the database, files, disk space and servers.",
        discussion: """
            Connects to the mail relay and the SMS service, and sends no message. Exits with 78 if a check finds a problem.

            Example: intro doctor
            """)

    @OptionGroup(title: "Global options") var global: GlobalOptions

    private struct Record: Encodable {
        let checks: [DoctorCheck]
    }

    func run(in intro: Intro) async throws {
        let sources = Settings.Sources(options: global, environment: ProcessInfo.processInfo.environment)
        // The servers' time limits pass while the database is checked.
        async let mail = intro.mailCheck()
        async let texts = intro.textCheck()
        let database = await intro.databaseChecks()
        let checks =
            FileChecks.run(sources, intro.settings) + intro.diskChecks() + database
            + [await mail, await texts].compactMap(\.self)
        // A database that could not be reached is not tried again.
        let isReached = !database.contains { $0.name == "database" && $0.result == .problem }
        let times =
            isReached
            ? try await intro.displayTimesIfReadable()
            : DisplayTimes(format: intro.console.times, clock: try StudioClock(timeZone: "UTC"))
        try Self.report(checks, on: intro.console, times: times)
    }

    func run() async throws {
        do {
            try await runWithDependencies()
        } catch let failure as Failure where failure.exit == .misconfigured {
            // The other checks need the settings.
            let sources = Settings.Sources(options: global, environment: ProcessInfo.processInfo.environment)
            let console = Console(json: global.json, color: global.color)
            let times = DisplayTimes(format: console.times, clock: try StudioClock(timeZone: "UTC"))
            try Self.report([.problem("settings", failure)] + FileChecks.run(sources), on: console, times: times)
        }
    }

    /// Prints the checks, and throws if one has found a problem.
    private static func report(_ checks: [DoctorCheck], on console: Console, times: DisplayTimes) throws {
        try console.report(Record(checks: checks)) {
            checks.map { text(of: $0, times, colored: console.isColored) }.joined(separator: "\n")
        }
        let problems = checks.count { $0.result == .problem }
        guard problems > 0 else { return }
        throw Failure(
            code: "doctor", message: "\(counted(problems, "problem")) found",
            hint: "correct them, then run `intro doctor`",
            exit: .misconfigured)
    }

    private static func text(of check: DoctorCheck, _ times: DisplayTimes, colored: Bool) -> String {
        let result = check.result.rawValue.padded(to: 9)
        let line =
            Style.red(result, when: colored && check.result != .ok) + check.name.padded(to: 14)
            + check.message(in: times).visible
        guard let hint = check.hint else { return line }
        return line + "\n" + String(repeating: " ", count: 9) + Style.bold("hint:", when: colored) + " " + hint.visible
    }
}
