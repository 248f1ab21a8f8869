import FoundationEssentials
import Jobs
import JobsTesting
import Postgres

#if canImport(Glibc)
import Glibc
#endif

/// Returns the handlers of all kinds of test job.
func handlers(database: Database, effects: EffectFile) -> JobHandlers {
    var handlers = JobHandlers()
    handlers.handle(NoOp.self, acknowledgement: .withNextClaim) { _, _ in }
    handlers.handleBatch(of: BatchNoOp.self, upTo: 100, acknowledgement: .withNextClaim) { batch in
        batch.map { _ in .done }
    }
    handlers.handle(Effect.self) { _, context in effects.append(context) }
    handlers.handleBatch(of: BatchEffect.self, upTo: 20, acknowledgement: .withNextClaim) { batch in
        batch.map { job in
            effects.append(job.context)
            return .done
        }
    }
    handlers.handle(Record.self) { record, context in
        if let gate = record.gate, context.attempt == 1 { await wait(for: gate) }
        try await database.transaction { connection in
            try await connection.query("INSERT INTO effect_row (job, pid) VALUES (\(context.id.value), \(getpid()))")
            try await context.complete(on: connection)
        }
    }
    handlers.handle(WaitingJob.self) { job, context in
        effects.append(context)
        guard context.attempt == 1 else { return }
        if job.ignoresCancellation { return await wait(for: job.gate) }
        while !isThere(job.gate) { try await Task.sleep(for: .milliseconds(10)) }
    }
    handlers.handle(Failure.self) { _, _ in throw CocoaError(.featureUnsupported) }
    handlers.handle(CrashingJob.self) { _, _ in fatalError("crash requested by the test") }
    return handlers
}

/// Waits for a file, and ignores cancellation.
private func wait(for gate: String) async {
    await Task {
        while !isThere(gate) { try? await Task.sleep(for: .milliseconds(10)) }
    }.value
}

private func isThere(_ path: String) -> Bool {
    access(path, F_OK) == 0
}
