import FoundationEssentials
import Jobs

#if canImport(Glibc)
import Glibc
#endif

/// A file with a line for each effect: the job's ID, the attempt, and the time in microseconds.
///
/// Several processes append to it; each line is a single write.
struct EffectFile: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    /// Appends the line of an effect.
    func append(_ context: JobContext) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let line = "\(context.id) \(context.attempt) \(now.tv_sec * 1_000_000 + now.tv_nsec / 1000)\n"
        let written = Array(line.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        precondition(written == line.utf8.count, "the effect was not written completely")
    }
}
