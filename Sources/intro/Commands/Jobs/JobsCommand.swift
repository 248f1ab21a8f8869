import ArgumentParser
import Booking
import Jobs

/// `intro jobs`: what runners do.
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Inspect and control the job queue.",
        discussion: """
            Finished jobs are not kept. A job that failed too often is dead: it is kept with its errors until it is retried \
            or discarded.
            """,
        subcommands: [
            List.self, Show.self, Retry.self, Discard.self, Cancel.self, Pause.self, Resume.self, Stats.self,
            Prune.self, ScheduleList.self, Watch.self,
        ]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions
}

extension Intro {
    /// The desk for jobs, of a database with the schema that this binary expects.
    ///
    /// - Throws: What ``database()`` throws.
    func jobDesk() async throws -> JobDesk {
        JobDesk(try await database())
    }
}

/// Reads the key of a job.
///
/// - Throws: `InvalidInput` where it is no number that a job can have.
func jobID(_ text: String) throws(InvalidInput) -> JobID {
    guard let number = Int64(text), number > 0 else {
        throw InvalidInput(
            field: "job", problem: "is no number that a job can have",
            hint: "write one of those that `intro jobs list` shows")
    }
    return JobID(number)
}

/// Reads the name of a queue.
///
/// - Throws: `InvalidInput` where it is none.
func queueName(_ text: String) throws(InvalidInput) -> String {
    guard !text.isEmpty, text.count <= 200, text == text.visible else {
        throw InvalidInput(
            field: "queue", problem: "must have 1 to 200 characters, and no control characters",
            hint: "write one of those that `intro jobs stats` shows")
    }
    return text
}
