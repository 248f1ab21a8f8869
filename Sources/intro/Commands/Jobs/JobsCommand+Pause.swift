import ArgumentParser
import Booking
import Jobs

extension JobsCommand {
    /// `intro jobs pause`.
    struct Pause: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "pause",
            abstract: "Pause a queue; running jobs finish."
        )

        @Argument(help: "The queue.")
        var queue: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let queue = try queueName(queue)
            let desk = try await intro.jobDesk()
            let known = try await desk.statistics().queues.map(\.name)
            let since = try await desk.pause(queue)
            try intro.console.report(PauseRecord(queue: queue, paused: true, pausedAt: since)) {
                "Queue \(queue) is paused since \(RFC3339.string(since))."
            }
            if !known.contains(queue) {
                let nearest = nearest(to: queue, among: known).map { ": did you mean \($0)?" } ?? ""
                intro.console.note("no job is in that queue, and no runner serves it\(nearest)")
            }
        }
    }

    /// `intro jobs resume`.
    struct Resume: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "resume",
            abstract: "Resume a paused queue."
        )

        @Argument(help: "The queue.")
        var queue: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let queue = try queueName(queue)
            let wasPaused = try await intro.jobDesk().resume(queue)
            try intro.console.report(PauseRecord(queue: queue, paused: false)) {
                wasPaused ? "Queue \(queue) goes on." : "Queue \(queue) was not paused."
            }
        }
    }
}
