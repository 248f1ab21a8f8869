import Jobs
import JobsTesting

/// The tests' job: it says something.
struct Note: Job {
    static let kind = "note"
    let text: String

    init(_ text: String) {
        self.text = text
    }
}

/// A job of another kind.
struct Letter: Job {
    static let kind = "letter"
    let text: String

    init(_ text: String) {
        self.text = text
    }
}

/// What a handler throws when it does not go well.
struct Mishap: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension JobHandlers {
    /// Handlers of notes alone.
    static func forNotes(
        timeout: Duration = .seconds(300), acknowledgement: Acknowledgement = .atOnce,
        _ body: @escaping @Sendable (Note, JobContext) async throws -> Void
    ) -> JobHandlers {
        var handlers = JobHandlers()
        handlers.handle(Note.self, timeout: timeout, acknowledgement: acknowledgement, body)
        return handlers
    }

    /// Handlers of batches of notes alone.
    static func forBatches(
        upTo limit: Int, timeout: Duration = .seconds(300), acknowledgement: Acknowledgement = .atOnce,
        _ body: @escaping @Sendable ([BatchedJob<Note>]) async throws -> [JobOutcome]
    ) -> JobHandlers {
        var handlers = JobHandlers()
        handlers.handleBatch(of: Note.self, upTo: limit, timeout: timeout, acknowledgement: acknowledgement, body)
        return handlers
    }
}
