import FoundationEssentials
import Glibc

/// The environment of the measurements: the server, the sizes, and the programs compiled from `deploy/bench.d`.
final class BenchContext {
    /// The sizes and durations of the measurements.
    struct Sizes: Sendable {
        /// The number of pairs of runs.
        var rounds = 5
        /// The duration of one run of a pair.
        var seconds = 2
        /// The number of trainers in the data set, with 140 sessions each.
        var trainers = 10_000
        /// The number of messages in a batch, and in the small one that its memory is compared with.
        var messages = (large: 75_000, small: 10_000)
        /// The number of processes in a round.
        var processes = 10
        /// The number of operations of the soak.
        var operations = 10_000
        /// The numbers of trainers of the data sets that `scale` compares.
        var scale = [71, 714, 7143, 71_429]
        /// The number of past sessions in the data set of `growth`.
        var past = 2_000_000
        /// The number of upcoming sessions of each trainer in that data set.
        var upcoming = 30
        var jobs = Jobs()

        /// The numbers of jobs.
        struct Jobs: Sendable {
            /// The number drained in batches, or enqueued, in one run.
            var drained = 20_000
            /// The number drained one by one in one run.
            var single = 3000
            /// The number drained by a process whose memory is compared with that for fewer jobs.
            var many = 200_000
            /// The number picked up by an idle runner in one run.
            var pickUps = 600
            /// The sizes of the backlogs while claims are timed.
            var backlog = (few: 10_000, many: 1_000_000)
        }

        /// The sizes of a smoke test, which runs everything without meaningful numbers.
        static let quick = Sizes(
            rounds: 1, seconds: 1, trainers: 200, messages: (large: 400, small: 100), processes: 1, operations: 1000,
            scale: [71, 142], past: 2000, upcoming: 3,
            jobs: Jobs(drained: 2000, single: 50, many: 4000, pickUps: 20, backlog: (few: 100, many: 1000)))
    }

    let server: BenchServer
    let sizes: Sizes
    /// The path of the repository.
    let root: String
    /// The path of the release build.
    let binaries: String
    /// Whether other job runners are measured as well.
    let hasPeers: Bool
    private var cachedDataset: Dataset?

    init(server: BenchServer, sizes: Sizes, root: String, binaries: String, hasPeers: Bool = false) {
        self.server = server
        self.sizes = sizes
        self.root = root
        self.binaries = binaries
        self.hasPeers = hasPeers
    }

    /// Returns the data set that all parts but `scale` share, created at its first use.
    ///
    /// Parts that change it use a copy.
    func dataset() async throws -> Dataset {
        if let cachedDataset { return cachedDataset }
        logProgress("making \(sizes.trainers * 140) sessions")
        let dataset = try await Dataset.make("dataset", trainers: sizes.trainers, in: self)
        cachedDataset = dataset
        return dataset
    }

    /// Calls a closure with a copy of the data set, so that a part's changes do not affect other figures.
    ///
    /// - Parameter body: The measurement in the copy.
    /// - Returns: The body's result.
    /// - Throws: ``BenchFailure``, or the body's error.
    func withDatasetCopy<Result>(_ body: (Dataset) async throws -> Result) async throws -> Result {
        let dataset = try await dataset()
        let copy = dataset.copied(to: "copy")
        try await server.copyDatabase(dataset.database, to: copy.database)
        let result = try await body(copy)
        try await server.dropDatabase(copy.database)
        return result
    }

    /// Returns the path of a file in `deploy/bench.d`.
    func source(_ name: String) -> String {
        "\(root)/deploy/bench.d/\(name)"
    }

    /// Writes a file that is removed together with the server's folder, and returns its path.
    func scratch(_ name: String, _ text: String) throws -> String {
        let path = "\(server.folder)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    /// Compiles a C program of `deploy/bench.d`.
    ///
    /// - Parameters:
    ///   - name: The file's name without extension.
    ///   - libraries: The required libraries' names for `pkg-config`.
    /// - Returns: The path of the program.
    /// - Throws: ``BenchFailure`` with the compiler's output.
    func compile(_ name: String, with libraries: String...) async throws -> String {
        let program = "\(server.folder)/\(name)"
        var flags: [String] = []
        if !libraries.isEmpty {
            let output = try await Program.run(["pkg-config", "--cflags", "--libs"] + libraries)
            flags = output.split(whereSeparator: \.isWhitespace).map(String.init)
        }
        try await Program.run(
            ["cc", "-O2", "-Wall", "-Werror", "-pthread", "-o", program, source("\(name).c")] + flags)
        return program
    }

    /// Writes a progress message to standard error.
    func logProgress(_ text: String) {
        let line = Array("bench: \(text)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}

/// An error that prevents a measurement.
struct BenchFailure: Error, CustomStringConvertible {
    /// The error, its cause and the remedy.
    let description: String

    init(_ happening: String, because reason: String, hint: String = "see Sources/bench for what it needs") {
        description = "\(happening)\n\(reason)\n\(hint)"
    }
}
