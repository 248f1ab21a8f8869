import FoundationEssentials
import Glibc

/// Where measuring is done: the server, the sizes, and what is built from `deploy/bench.d`.
final class BenchContext {
    /// How much is measured, and for how long.
    struct Sizes: Sendable {
        /// Pairs of runs.
        var rounds = 5
        /// How long one run of a pair takes.
        var seconds = 2
        /// Trainers in the world; 140 sessions each.
        var trainers = 10_000
        /// Messages in a batch, and in the small one whose memory it is compared with.
        var messages = (large: 75_000, small: 10_000)
        /// Runs of whole processes in a round.
        var processes = 10
        /// Operations of the soak.
        var operations = 10_000
        /// Trainers of the worlds that `scale` compares.
        var scale = [71, 714, 7143, 71_429]
        /// Past sessions of the chain that `growth` reads.
        var past = 2_000_000
        var jobs = Jobs()

        /// How many jobs.
        struct Jobs: Sendable {
            /// Drained in batches, or enqueued, in one run.
            var drained = 20_000
            /// Drained one by one in one run.
            var single = 3000
            /// Drained by a process whose memory is compared with that of one that drained fewer.
            var many = 200_000
            /// Picked up by an idle runner in one run.
            var pickUps = 600
            /// Waiting while claims are timed.
            var backlog = (few: 10_000, many: 1_000_000)
        }

        /// A smoke test: everything runs, and the numbers mean little.
        static let quick = Sizes(
            rounds: 1, seconds: 1, trainers: 200, messages: (large: 400, small: 100), processes: 1, operations: 1000,
            scale: [71, 142], past: 2000,
            jobs: Jobs(drained: 2000, single: 50, many: 4000, pickUps: 20, backlog: (few: 100, many: 1000)))
    }

    let server: BenchServer
    let sizes: Sizes
    /// The repository.
    let root: String
    /// The release build's folder.
    let binaries: String
    /// Whether others' job-runners are measured, too.
    let hasPeers: Bool
    private var cachedDataset: Dataset?

    init(server: BenchServer, sizes: Sizes, root: String, binaries: String, hasPeers: Bool = false) {
        self.server = server
        self.sizes = sizes
        self.root = root
        self.binaries = binaries
        self.hasPeers = hasPeers
    }

    /// The world that all parts but `scale` share, made at its first use.
    ///
    /// Parts that change it use a copy.
    func dataset() async throws -> Dataset {
        if let cachedDataset { return cachedDataset }
        logProgress("making \(sizes.trainers * 140) sessions")
        let dataset = try await Dataset.make("world", trainers: sizes.trainers, in: self)
        cachedDataset = dataset
        return dataset
    }

    /// Lends a copy of the world, for a part that changes it: no figure depends on what other parts have booked or sent.
    ///
    /// - Parameter body: Measures in the copy.
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

    /// A file of `deploy/bench.d`.
    func source(_ name: String) -> String {
        "\(root)/deploy/bench.d/\(name)"
    }

    /// Writes a file that goes away with the server.
    func scratch(_ name: String, _ text: String) throws -> String {
        let path = "\(server.folder)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    /// Compiles a C program of `deploy/bench.d`.
    ///
    /// - Parameters:
    ///   - name: The file without its ending.
    ///   - library: The library it needs, as `pkg-config` calls it.
    /// - Returns: The program.
    /// - Throws: ``BenchFailure`` with the compiler's words.
    func compile(_ name: String, with library: String? = nil) async throws -> String {
        let program = "\(server.folder)/\(name)"
        var flags: [String] = []
        if let library {
            let words = try await Program.run(["pkg-config", "--cflags", "--libs", library])
            flags = words.split(whereSeparator: \.isWhitespace).map(String.init)
        }
        try await Program.run(
            ["cc", "-O2", "-Wall", "-Werror", "-pthread", "-o", program, source("\(name).c")] + flags)
        return program
    }

    /// Tells whoever waits what is under way.
    func logProgress(_ text: String) {
        let line = Array("bench: \(text)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}

/// A measurement cannot be had.
struct BenchFailure: Error, CustomStringConvertible {
    /// What happened, why, and what to do next.
    let description: String

    init(_ happening: String, because reason: String, hint: String = "see Sources/bench for what it needs") {
        description = "\(happening)\n\(reason)\n\(hint)"
    }
}
