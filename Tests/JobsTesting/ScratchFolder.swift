import Foundation

/// A folder that goes away with the test.
public final class ScratchFolder: Sendable {
    /// An effect that a runner in another process had.
    public struct EffectLine: Sendable {
        /// The job.
        public let job: Int64
        /// Counts from 1.
        public let attempt: Int
        /// When, in microseconds since 1970.
        public let at: Int64
    }

    /// The folder.
    public let path: String

    /// The file that effects are written to.
    public var effects: String { "\(path)/effects" }

    /// Makes one.
    public init() throws {
        path = NSTemporaryDirectory() + "jobs-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Makes an empty file.
    public func touch(_ name: String) {
        _ = FileManager.default.createFile(atPath: "\(path)/\(name)", contents: nil)
    }

    /// All effects so far, in the order in which they were had.
    public func effectLines() throws -> [EffectLine] {
        guard FileManager.default.fileExists(atPath: effects) else { return [] }
        return try String(contentsOfFile: effects, encoding: .utf8).split(separator: "\n").compactMap { line in
            let numbers = line.split(separator: " ").compactMap { Int64($0) }
            return numbers.count == 3
                ? EffectLine(job: numbers[0], attempt: Int(numbers[1]), at: numbers[2]) : nil
        }
    }
}
