import Jobs
import Logging
import Postgres
import Reminders

/// A runner's watch for restores and promotions of the database, whether or not it has jobs to do.
///
/// Messages of all senders wait until each of them has compared its journal with the database.
struct RestoreWatch: Sendable {
    private static let interval: Duration = .seconds(5)

    let reconciler: JournalReconciler
    let logger: Logger

    /// Compares the journal whenever the database was restored or promoted, until the task is cancelled.
    func keep() async {
        var lastProblem: JournalError?
        while (try? await Task.sleep(for: Self.interval)) != nil {
            do {
                try await reconciler.reconcile()
                lastProblem = nil
            } catch let problem as JournalError {
                if problem != lastProblem { logger.error("\(problem)") }
                lastProblem = problem
            } catch {
                // The runner itself logs a database that cannot be reached.
                logger.debug("the journal was not compared with the database", metadata: ["error": "\(error)"])
            }
        }
    }
}
