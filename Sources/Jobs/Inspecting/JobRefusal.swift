/// Why the desk does not do what it was asked for; then nothing was changed.
public enum JobRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// No job has the key: it never had, or the job is done.
    case unknown(JobID)
    /// Only dead jobs are retried and discarded, and this one is not.
    case notDead(JobID, JobState)
    /// What is dead cannot be called off.
    case dead(JobID)
    /// The job cannot wait again: another one has its unique key.
    case keyTaken(JobID, by: JobID?)

    /// What happened.
    public var description: String {
        switch self {
        case .unknown(let job): "job \(job) not found"
        case .notDead(let job, let state): "job \(job) is not dead: it is \(state.rawValue)"
        case .dead(let job): "job \(job) is dead already"
        case .keyTaken(let job, nil): "job \(job) cannot wait again: another has its unique key"
        case .keyTaken(let job, let other?): "job \(job) cannot wait again: job \(other) has its unique key"
        }
    }
}
