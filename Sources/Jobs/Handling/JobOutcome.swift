/// What a handler says of a job of its batch.
public enum JobOutcome: Sendable, Equatable {
    /// It is done.
    case done
    /// It failed and is tried again, unless it has failed too often; after a while of the runner's choice, or of its own.
    case retry(after: Duration? = nil, because: String)
    /// It is to come again later; that counts as no failure.
    case snooze(Duration)
    /// It failed, and would fail again: it is dead.
    case giveUp(because: String)
}

/// What a handler throws to choose what becomes of its job; any other error is a failure that is tried again.
public struct JobInterruption: Error, Sendable {
    let outcome: JobOutcome

    /// Tries the job again after a delay; counts as a failure.
    public static func retry(after delay: Duration, because reason: String) -> JobInterruption {
        JobInterruption(outcome: .retry(after: delay, because: reason))
    }

    /// Asks for the job to come again later; counts as no failure.
    public static func snooze(_ delay: Duration) -> JobInterruption {
        JobInterruption(outcome: .snooze(delay))
    }

    /// Gives the job up for good.
    public static func giveUp(because reason: String) -> JobInterruption {
        JobInterruption(outcome: .giveUp(because: reason))
    }
}
