import ArgumentParser
import Booking
import FoundationEssentials

/// `intro status`: shows the state of the installation.
struct StatusCommand: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the state of the database, runners and messages.",
        discussion: """
            With --check, the first line and the exit status are those of a monitoring plugin: 0 OK, 1 WARNING, 2 CRITICAL, \
            3 UNKNOWN. Without it, problems do not change the exit status, unless the database cannot be read.

            Example: intro status --check
            """)

    @Flag(help: "Report as a monitoring plugin: exit with 0, 1, 2 or 3.")
    var check = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// The JSON form of a status with the problems that follow from it.
    private struct Record: Encodable {
        let status: SystemStatus

        private enum CodingKeys: CodingKey {
            case status, problems
        }

        func encode(to encoder: any Encoder) throws {
            try status.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(status.level, forKey: .status)
            try container.encode(status.problems, forKey: .problems)
        }
    }

    func run(in intro: Intro) async throws {
        // No problem follows from the numbers of sessions, and the lines of a plugin do not show them.
        let (status, failure) = await intro.systemStatus(countsSessions: !check || intro.console.isJSON)
        // The lines of a plugin have no times, and a database that could not be reached is not tried again.
        let times = check || status.database == nil ? nil : try await intro.displayTimesIfReadable()
        let text = StatusText(
            status: status,
            times: try times ?? DisplayTimes(format: intro.console.times, clock: StudioClock(timeZone: "UTC")))
        try intro.console.report(Record(status: status)) { check ? text.plugin : text.screen(on: intro.console) }
        if check { throw ReportedFailures(exit: status.level.exitCode) }
        if let failure { throw failure }
    }

    func run() async throws {
        do {
            try await runWithDependencies()
        } catch let failure as Failure where check && failure.exit == .misconfigured {
            // The settings cannot be used, so that the state is not known.
            let console = Console(json: global.json, color: global.color)
            if !global.json { try console.print("UNKNOWN - \(failure.message)".replacing("|", with: "/").visible) }
            console.show(failure)
            throw ReportedFailures(exit: .checkUnknown)
        }
    }
}

extension SystemStatus.Level {
    /// The exit status of a monitoring plugin.
    var exitCode: ExitCode {
        switch self {
        case .ok: .done
        case .warning: .checkWarning
        case .critical: .checkCritical
        case .unknown: .checkUnknown
        }
    }
}
