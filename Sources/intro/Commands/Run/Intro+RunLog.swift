import Jobs
import Logging

/// The events of a runner's life cycle in the log.
extension Intro {
    /// Logs that a runner has started.
    ///
    /// - Parameter queues: The queues that it serves.
    func logStart(of queues: [String]) {
        let version = Version()
        logger.info(
            "the runner has started",
            metadata: [
                "version": "\(version.version)", "commit": "\(version.commit ?? "unknown")",
                "schema": .stringConvertible(version.schema), "host": "\(hostName)",
                "queues": .array(queues.map { "\($0)" }), "database": "\(settings.database.address)",
            ])
    }

    /// Logs that a runner has stopped.
    ///
    /// - Parameters:
    ///   - reason: The signal, or another reason.
    ///   - totals: The numbers of jobs that it has run.
    func logStop(_ reason: String, _ totals: JobRunner.Totals) {
        logger.info(
            "the runner has stopped",
            metadata: [
                "reason": "\(reason)", "completed": .stringConvertible(totals.completed),
                "failed": .stringConvertible(totals.failed), "stale": .stringConvertible(totals.stale),
            ])
    }
}

extension Settings.Database {
    /// The address of the database for the log, without passwords.
    var address: String {
        switch location {
        case .local: "private"
        case .libpqEnvironment: Settings.Sources.libpqEnvironment
        case .url(let url): redacted(url)
        case .urlFile(let path): (try? Self.url(inFile: path)).map { redacted($0.revealed) } ?? path
        }
    }
}
