import Jobs
import JobsTesting

/// A job of the tests, with a text.
struct NoteJob: Job {
    static let kind = "note"
    let text: String

    init(_ text: String) {
        self.text = text
    }
}

/// A job of another kind.
struct LetterJob: Job {
    static let kind = "letter"
    let text: String

    init(_ text: String) {
        self.text = text
    }
}

/// An error that a handler throws.
struct HandlerError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension JobHandlers {
    /// Returns a handler for single notes.
    static func forNotes(
        timeout: Duration = .seconds(300), acknowledgement: Acknowledgement = .atOnce,
        _ body: @escaping @Sendable (NoteJob, JobContext) async throws -> Void
    ) -> JobHandlers {
        var handlers = JobHandlers()
        handlers.handle(NoteJob.self, timeout: timeout, acknowledgement: acknowledgement, body)
        return handlers
    }

    /// Returns a handler for batches of notes.
    static func forBatches(
        upTo limit: Int, timeout: Duration = .seconds(300), acknowledgement: Acknowledgement = .atOnce,
        _ body: @escaping @Sendable ([BatchedJob<NoteJob>]) async throws -> [JobOutcome]
    ) -> JobHandlers {
        var handlers = JobHandlers()
        handlers.handleBatch(of: NoteJob.self, upTo: limit, timeout: timeout, acknowledgement: acknowledgement, body)
        return handlers
    }
}
