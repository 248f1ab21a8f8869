import Jobs

/// The job that is measured: there is nothing to do.
struct NoopJob: Job {
    static let kind = "errand"
    let number: Int
}
