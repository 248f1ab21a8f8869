import FoundationEssentials
import Jobs

#if canImport(Glibc)
import Glibc
#endif

/// A file to which each effect is a line: the job's key, its attempt, and when, in microseconds.
///
/// Several processes write to it; one write is one line.
struct EffectFile: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    /// Has an effect.
    func append(_ context: JobContext) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let line = "\(context.id) \(context.attempt) \(now.tv_sec * 1_000_000 + now.tv_nsec / 1000)\n"
        let written = Array(line.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        precondition(written == line.utf8.count, "the effect is not written down")
    }
}
