import ArgumentParser
import Booking
import Jobs
import Postgres

extension JobsCommand {
    /// `intro jobs watch`.
    struct Watch: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "watch",
            abstract: "Watch queues, runners and jobs, until q or Ctrl-C.",
            discussion: """
                Without a terminal, each update is printed below the last one; with --json, as one line.
                """
        )

        @Option(parsing: .unconditional, help: ArgumentHelp("The time between two updates.", valueName: "time"))
        var interval = "1s"

        @Option(
            name: .customLong("count"), parsing: .unconditional,
            help: ArgumentHelp("Number of updates. (default: until interrupted)", valueName: "n"))
        var times: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let interval = try shortTime(interval, field: "--interval")
            let times = try times.map { try count($0, field: "--count", in: 1...1_000_000_000) } ?? .max
            let database = try await intro.database()
            let look: @Sendable () async throws -> JobBoard = {
                try await JobBoard(JobDesk(database), delivery: try await intro.deliveryState(in: database))
            }
            let console = intro.console
            let rounds = Rounds(interval: interval, times: times, look: look)
            do {
                if console.isJSON || !console.isScreen {
                    try await Interruptible.run { try await rounds.print(on: console) }
                } else {
                    try await LiveScreen.run(on: console) { try await rounds.show(on: $0) }
                }
            } catch is CancellationError {
                // Whoever ends it has seen enough: nothing went wrong.
            }
        }
    }
}

/// Looking again and again.
private struct Rounds: Sendable {
    let interval: Duration
    let times: Int
    let look: @Sendable () async throws -> JobBoard

    /// Prints what is seen: a line of JSON, or text with an empty line after it.
    func print(on console: Console) async throws {
        try await each {
            let board = try await look()
            try console.report(board.record) {
                let lines = ScreenPart.lines(board.parts, rows: .max)
                return lines.map { $0.text(columns: .max, colored: console.isColored) }.joined(separator: "\n") + "\n\n"
            }
        }
    }

    /// Shows what is seen on a screen; while the database cannot be reached, it says so and stays.
    func show(on screen: LiveScreen) async throws {
        var parts: [ScreenPart] = []
        try await each {
            do {
                parts = try await look().parts
                try screen.show(parts)
            } catch let error as PostgresError {
                let failure = Failure(describing: error)
                try screen.show([ScreenPart([ScreenLine("! \(failure.message)", .alarming)])] + parts)
            }
        }
    }

    private func each(_ round: () async throws -> Void) async throws {
        for number in 1...times {
            try await round()
            if number < times { try await Task.sleep(for: interval) }
        }
    }
}
