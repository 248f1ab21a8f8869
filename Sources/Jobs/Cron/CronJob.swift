/// A job that comes again and again: declared by every runner that knows it, enqueued by whichever is first.
public struct CronJob: Sendable {
    /// Stable name.
    public let key: String
    /// When it comes, and on which clock.
    public let schedule: CronSchedule
    /// The queue of its jobs.
    public var queue: String { options.queue }
    let kind: String
    let payload: String
    let options: JobOptions

    /// Held by one of its jobs at a time.
    var uniqueKey: String { "cron:" + key }

    /// Declares a job that comes again.
    ///
    /// While one of them waits, runs or is to be retried, the next is passed over. What was missed while nobody ran is
    /// made good by one.
    ///
    /// - Parameters:
    ///   - key: Stable name.
    ///   - cron: Five fields, as crontab(5) has them.
    ///   - zone: The IANA zone whose wall clock counts.
    ///   - job: The job.
    ///   - options: How it waits and is tried; its time and uniqueness are the schedule's.
    /// - Throws: ``CronError``, or `EncodingError` where the job has no JSON form.
    public init<Kind: Job>(
        _ key: String, _ cron: String, in zone: String = "UTC", enqueues job: Kind,
        options: JobOptions = JobOptions()
    ) throws {
        self.key = key
        schedule = try CronSchedule(Cron(cron), zone: zone)
        kind = Kind.kind
        payload = try JobPayload.text(of: job)
        self.options = options
    }
}
