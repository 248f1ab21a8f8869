import Jobs
import Logging
import Postgres
import Reminders
import Telemetry

/// A runner's watch for restores and promotions of the database, whether or not it has jobs to do.
///
/// Messages of all senders wait until each of them has compared its journal with the database.
struct RestoreWatch: Sendable {
    private static let interval: Duration = .seconds(5)

    let reconciler: JournalReconciler
    let problems: ProblemLog
    let logger: Logger

    /// Compares the journal whenever the database was restored or promoted, until the task is cancelled.
    func keep() async {
        while (try? await Task.sleep(for: Self.interval)) != nil {
            do {
                try await reconciler.reconcile()
                problems.ends("journal", "the journal can be written again")
            } catch let problem as JournalError {
                problems.occurs("journal", level: .error, "\(problem)")
            } catch {
                // The runner itself logs a database that cannot be reached.
                logger.debug("the journal was not compared with the database", metadata: ["error": "\(error)"])
            }
        }
    }
}
