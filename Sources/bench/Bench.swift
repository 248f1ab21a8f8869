import ArgumentParser
import FoundationEssentials
import Glibc

/// The command `bench`, which measures Intro in comparison with PostgreSQL itself.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure Intro beside what PostgreSQL, libpq and libcurl can do.",
        discussion:
            "Parts: \(allParts.map { $0.name }.joined(separator: ", ")). Without a name, all but scale and growth.")

    @Argument(help: ArgumentHelp("The parts to run.", valueName: "part"))
    var parts: [String] = []

    @Option(help: ArgumentHelp("Also write the figures into this file.", valueName: "file"))
    var json: String?

    @Flag(help: "Only show that everything runs: small sizes, short runs.")
    var quick = false

    @Flag(help: "Measure PgQueuer and Procrastinate beside our job-runner; they are installed from PyPI.")
    var peers = false

    @Option(help: .hidden)
    var root = "."

    @OptionGroup(visibility: .hidden) var soakOptions: SoakOptions
    @OptionGroup(visibility: .hidden) var workerOptions: JobWorkerOptions

    func validate() throws {
        for name in parts where !allParts.contains(where: { $0.name == name }) {
            throw ValidationError("Unknown part \(name).")
        }
    }

    func run() async throws {
        if let worker = soakOptions.worker { return try await worker.run() }
        if let worker = workerOptions.pickUpWorker { return try await worker.run() }
        if let worker = workerOptions.worker { return try await worker.run() }
        let server = try await BenchServer.start()
        defer { server.stop() }
        let context = BenchContext(
            server: server, sizes: quick ? .quick : BenchContext.Sizes(), root: root, binaries: try binaries(),
            hasPeers: peers)
        let (figures, failed) = await run(in: context)
        if let json { try FigureTable(figures).json().write(to: URL(filePath: json)) }
        guard failed.isEmpty else {
            throw BenchFailure(
                "not measured: \(failed.joined(separator: ", "))", because: "the errors are above",
                hint: "run `deploy/bench \(failed.joined(separator: " "))` when they are mended")
        }
    }

    /// Runs the selected parts; one that fails does not prevent the others from running.
    ///
    /// - Returns: All figures, and the names of the parts that failed.
    private func run(in context: BenchContext) async -> (figures: [Figure], failed: [String]) {
        var (figures, failed) = ([Figure](), [String]())
        for part in allParts where parts.contains(part.name) || parts.isEmpty && !part.isOnRequest {
            context.logProgress(part.name)
            do {
                let found = try await part.init().run(in: context)
                print(FigureTable(found).text)
                figures += found
            } catch {
                context.logProgress("\(part.name) failed: \(error)")
                failed.append(part.name)
            }
        }
        return (figures, failed)
    }

    /// Returns the folder of this program, which must also contain `intro`.
    private func binaries() throws -> String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/exe", &path, path.count)
        guard length > 0 else {
            throw BenchFailure("this program does not find itself", because: String(cString: strerror(errno)))
        }
        let program = String(decoding: path.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return URL(filePath: program).deletingLastPathComponent().path
    }
}

/// The hidden options of the soak process.
struct SoakOptions: ParsableArguments {
    @Option(help: .hidden) var soak: String?
    @Option(help: .hidden) var trainers = 0
    @Option(help: .hidden) var first = 0
    @Option(help: .hidden) var count = 0

    var worker: SoakWorker? {
        soak.map {
            SoakWorker(conninfo: $0, dataset: Dataset("", trainers: trainers), freeSlots: first..<first + count)
        }
    }
}

/// The hidden options of a process that runs jobs.
struct JobWorkerOptions: ParsableArguments {
    @Option(help: .hidden) var jobs: String?
    @Option(help: .hidden) var manner = JobWorker.DrainMode.inBatches
    @Option(help: .hidden) var pickUps: Int?
    @Option(help: .hidden) var pace = 0

    var worker: JobWorker? {
        jobs.map { JobWorker(conninfo: $0, manner: manner) }
    }

    var pickUpWorker: PickUpWorker? {
        guard let jobs, let pickUps else { return nil }
        return PickUpWorker(conninfo: jobs, count: pickUps, pace: .milliseconds(pace))
    }
}

/// A part of the measurements.
protocol Part {
    /// The part's name on the command line.
    static var name: String { get }
    /// Whether the part runs only when it is named.
    static var isOnRequest: Bool { get }

    init()

    /// Runs the measurements and returns their figures.
    func run(in context: BenchContext) async throws -> [Figure]
}

extension Part {
    static var isOnRequest: Bool { false }
}

/// All parts in execution order: those that only read are first.
var allParts: [any Part.Type] {
    [
        Client.self, Slots.self, Schedule.self, CommandLineRuns.self, Far.self, ReminderRuns.self, Book.self,
        Contend.self,
        Soak.self, JobRuns.self, Scale.self, Growth.self,
    ]
}
