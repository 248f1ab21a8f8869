import ArgumentParser
import Foundation
import Jobs
import Logging
import Postgres
import UnixSignals

#if canImport(Glibc)
import Glibc
#endif

/// A runner in a separate process, for tests that kill it.
@main
struct TestRunner: AsyncParsableCommand {
    @Option(help: "The database's connection string or URL.") var database: String
    @Option(help: "The file to write effects to.") var effects: String
    @Option(help: "Maximum number of jobs, or batches, at once.") var concurrency = 4
    @Option(help: "Seconds of the lease, after which others take its jobs.") var lease = 25.0
    @Option(help: "Seconds between heartbeats.") var heartbeat = 5.0
    @Option(help: "Number of crashes after which a job is dead.") var crashes = 3
    @Option(help: "Number of jobs to claim in advance, of any duration.") var ready: Int?
    @Option(help: "Seconds that jobs may continue after a stop request.") var grace = 25.0

    func run() async throws {
        endWithParent()
        let name = "testrunner-\(getpid())"
        var logger = Logger(label: name) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .notice
        var connect = Database.Configuration(conninfo: database)
        connect.applicationName = name
        let pool = Database(connect, logger: logger)
        let runner = JobRunner(
            database: pool, listener: Listener(connect, channels: [JobQueue.channel], logger: logger),
            handlers: handlers(database: Database(connect, logger: logger), effects: try EffectFile(effects)),
            configuration: configuration(name), logger: logger)
        let signals = await handleSignals(runner)
        try await runner.run { FileHandle.standardOutput.write(Data("ready\n".utf8)) }
        signals.cancel()
        await pool.close()
    }

    private func configuration(_ name: String) -> JobRunner.Configuration {
        var configuration = JobRunner.Configuration(
            name: name, queues: [JobRunner.Queue("default", concurrency: concurrency)])
        configuration.lease = .seconds(lease)
        configuration.heartbeat = .seconds(heartbeat)
        configuration.maxCrashes = crashes
        configuration.gracePeriod = .seconds(grace)
        if let ready { configuration.prefetch = .fixed(ready) }
        return configuration
    }

    /// Handles SIGTERM: the first one stops the runner, the second one cancels its running jobs as well.
    private func handleSignals(_ runner: JobRunner) async -> Task<Void, Never> {
        let signals = await UnixSignalsSequence(trapping: .sigterm)
        return Task {
            var iterator = signals.makeAsyncIterator()
            guard await iterator.next() != nil else { return }
            runner.stop()
            FileHandle.standardOutput.write(Data("stopping\n".utf8))
            while await iterator.next() != nil { runner.stopNow() }
        }
    }

    /// Ends the process with the test, in any case: the test's end of standard input is then closed.
    private func endWithParent() {
        Thread.detachNewThread {
            var octet: UInt8 = 0
            while read(STDIN_FILENO, &octet, 1) > 0 {}
            _exit(1)
        }
    }
}
