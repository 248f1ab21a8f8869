import Jobs
import Locking
import Logging
import ServiceLifecycle
import UnixSignals

/// The process of a job runner: the runner, and loops that continue until it has ended.
///
/// The first SIGINT or SIGTERM shuts the process down gracefully: the runner lets running jobs finish, and then the
/// loops end. The second cancels the running jobs, and the third ends the process.
struct RunnerProcess {
    let runner: JobRunner
    let loops: [BackgroundLoop]
    let logger: Logger
    private let stopSignal = Guarded<String?>(nil)

    /// Creates a process.
    ///
    /// - Parameters:
    ///   - runner: The runner.
    ///   - loops: The loops that continue until it has ended.
    ///   - logger: The log.
    init(runner: JobRunner, loops: [BackgroundLoop], logger: Logger) {
        self.runner = runner
        self.loops = loops
        self.logger = logger
    }

    /// The name of the first signal that asked the process to stop; `nil` without one.
    var stopReason: String? { stopSignal.withLock(\.self) }

    /// Runs until the runner has ended.
    ///
    /// - Parameters:
    ///   - work: Runs the runner's jobs.
    ///   - onShutdown: Called when the runner is asked to stop.
    /// - Returns: The runner's totals.
    /// - Throws: The error of the work, after the loops have ended.
    func run(
        _ work: @escaping @Sendable () async throws -> JobRunner.Totals,
        onShutdown: @escaping @Sendable () -> Void = {}
    ) async throws -> JobRunner.Totals {
        let totals = Guarded<JobRunner.Totals?>(nil)
        let group = makeGroup { [runner] in
            let result = try await withGracefulShutdownHandler(operation: work) {
                onShutdown()
                runner.stop()
            }
            totals.withLock { $0 = result }
        }
        try await Interruptible.run(
            steps: [{ _ in await group.triggerGracefulShutdown() }, { [runner] _ in runner.stopNow() }],
            onSignal: noteSignal
        ) {
            try await group.run()
        }
        guard let totals = totals.withLock({ $0 }) else { throw CancellationError() }
        return totals
    }

    private func noteSignal(_ signal: UnixSignal) {
        let name = signal == .sigint ? "SIGINT" : "SIGTERM"
        let isFirst = stopSignal.withLock { first in
            defer { first = first ?? name }
            return first == nil
        }
        logger.info(
            isFirst ? "stopping: running jobs may finish" : "stopping: running jobs are cancelled",
            metadata: ["reason": "\(name)"])
    }

    /// Services are shut down in reverse order.
    private func makeGroup(_ work: @escaping @Sendable () async throws -> Void) -> ServiceGroup {
        // Named explicitly: the default name describes the whole value, and is logged.
        let services = loops.map {
            ServiceGroupConfiguration.ServiceConfiguration(
                service: $0, successTerminationBehavior: .ignore, serviceName: $0.name)
        }
        let worker = ServiceGroupConfiguration.ServiceConfiguration(
            service: ClosureService(work), successTerminationBehavior: .gracefullyShutdownGroup,
            serviceName: "job runner")
        return ServiceGroup(configuration: ServiceGroupConfiguration(services: services + [worker], logger: logger))
    }
}

/// A loop that is cancelled at graceful shutdown.
struct BackgroundLoop: Service {
    let name: String
    let body: @Sendable () async -> Void

    func run() async {
        await cancelWhenGracefulShutdown(body)
    }
}
