import Jobs

extension Failure {
    /// The desk for jobs does not do what it was asked for.
    init(_ refusal: JobRefusal) {
        let (code, hint): (String, String) =
            switch refusal {
            case .unknown:
                ("not_found", "a job that is done is not kept: `intro jobs list` shows the others")
            case .notDead(let job, .running):
                ("job_not_dead", "`intro jobs cancel \(job)` asks its runner to stop it")
            case .notDead(let job, _):
                ("job_not_dead", "it runs as soon as a runner is free: `intro jobs cancel \(job)` calls it off")
            case .dead(let job):
                ("job_dead", "`intro jobs discard \(job)` removes it, `intro jobs retry \(job)` lets it run again")
            case .keyTaken(let job, _):
                ("unique_key_taken", "let the other one finish first, or remove this one: `intro jobs discard \(job)`")
            }
        let isUnknown = if case .unknown = refusal { true } else { false }
        self.init(code: code, message: "\(refusal)", hint: hint, exit: isUnknown ? .notFound : .refused)
    }
}
