import ArgumentParser
import Booking
import Jobs

/// Dead jobs that a command is about: some by their numbers, or all, or all of a queue or a kind.
struct JobSelection: ParsableArguments {
    @Argument(help: ArgumentHelp("The jobs' numbers.", valueName: "id"))
    var ids: [String] = []

    @Flag(help: "All dead jobs.")
    var all = false

    @Option(help: ArgumentHelp("With --all: only this queue.", valueName: "queue"))
    var queue: String?

    @Option(help: ArgumentHelp("With --all: only this kind.", valueName: "kind"))
    var kind: String?

    /// Checks that the jobs are named one way or the other.
    ///
    /// - Throws: `ValidationError`.
    func check() throws {
        guard all != !ids.isEmpty else {
            throw ValidationError("say which: the numbers of some jobs, or --all")
        }
        guard all || (queue == nil && kind == nil) else {
            throw ValidationError("--queue and --kind narrow --all: leave out the numbers, and give --all")
        }
    }

    /// The jobs that are named, each once.
    var jobs: [JobID] {
        get throws(InvalidInput) { try jobIDs(ids) }
    }

    /// The jobs that `--all` means.
    var filter: JobFilter { JobFilter(state: .dead, queue: queue, kind: kind) }
}

/// Reads the keys of jobs, each once.
///
/// - Throws: `InvalidInput` where one is no number that a job can have.
func jobIDs(_ texts: [String]) throws(InvalidInput) -> [JobID] {
    var jobs: [JobID] = []
    for text in texts {
        let job = try jobID(text)
        if !jobs.contains(job) { jobs.append(job) }
    }
    return jobs
}

/// "1 job", "2 jobs".
func counted(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
}
