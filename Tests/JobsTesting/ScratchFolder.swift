import Foundation

/// A temporary folder, which is deleted with this object.
public final class ScratchFolder: Sendable {
    /// An effect of a runner in another process.
    public struct EffectLine: Sendable {
        /// The job.
        public let job: Int64
        /// The number of the attempt, from 1.
        public let attempt: Int
        /// The time in microseconds since 1970.
        public let at: Int64
    }

    /// The folder.
    public let path: String

    /// The path of the file of effects.
    public var effects: String { "\(path)/effects" }

    /// Creates a folder.
    public init() throws {
        path = NSTemporaryDirectory() + "jobs-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Creates an empty file.
    public func touch(_ name: String) {
        _ = FileManager.default.createFile(atPath: "\(path)/\(name)", contents: nil)
    }

    /// Returns all effects so far, in order.
    public func effectLines() throws -> [EffectLine] {
        guard FileManager.default.fileExists(atPath: effects) else { return [] }
        return try String(contentsOfFile: effects, encoding: .utf8).split(separator: "\n").compactMap { line in
            let numbers = line.split(separator: " ").compactMap { Int64($0) }
            return numbers.count == 3
                ? EffectLine(job: numbers[0], attempt: Int(numbers[1]), at: numbers[2]) : nil
        }
    }
}
