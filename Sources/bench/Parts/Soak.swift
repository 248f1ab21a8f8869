import Booking
import BookingStore
import FoundationEssentials
import Glibc
import Logging
import Postgres

/// Many operations in one process, which checks for leaks of memory and file descriptors.
struct Soak: Part {
    static let name = "soak"

    func run(in context: BenchContext) async throws -> [Figure] {
        try await context.withDatasetCopy { try await run(in: $0, context) }
    }

    private func run(in dataset: Dataset, _ context: BenchContext) async throws -> [Figure] {
        let freeSlots = dataset.takeFreeSlots(context.sizes.operations)
        // A separate process: memory that other parts have used must not hide a leak.
        let report = try await Program.run([
            "\(context.binaries)/bench", "--soak", context.server.conninfo(dataset.database), "--trainers",
            "\(dataset.trainers)", "--first", "\(freeSlots.lowerBound)", "--count", "\(freeSlots.count)",
        ])
        let readings = try JSONDecoder().decode([SoakWorker.Reading].self, from: Data(report.utf8))
        guard let early = readings.first, let late = readings.last, readings.count > 1 else {
            throw BenchFailure("the soak printed nothing", because: report)
        }
        let settled = readings.dropFirst().map(\.megabytes)
        return [
            Figure(
                "soak, descriptors gained", [Double(late.descriptors - early.descriptors)], unit: "",
                goal: .atMost(0)),
            Figure(
                "soak, connections gained", [Double(late.connections - early.connections)], unit: "",
                goal: .atMost(0)),
            Figure("soak, memory", settled, unit: "MB", goal: .stated),
            Figure(
                "soak, memory at the end by that at a tenth", [late.megabytes / readings[1].megabytes], unit: "",
                goal: .atMost(1.1)),
        ]
    }
}

/// The soak process: bookings, rescheduling, cancellations and listings, eight at a time.
struct SoakWorker {
    /// The resources in use by the process.
    struct Reading: Codable {
        let descriptors: Int
        let connections: Int
        let megabytes: Double
    }

    let conninfo: String
    let dataset: Dataset
    let freeSlots: Range<Int>

    private static let callers = 8

    /// Runs the operations, and prints a reading after the first 100 and after each tenth of them.
    func run() async throws {
        var configuration = Database.Configuration(conninfo: conninfo)
        configuration.applicationName = "intro-soak"
        let pool = Database(configuration, logger: .silent)
        let directory = try await StudioDirectory(pool)
        let numbers = Array(freeSlots)
        var readings: [Reading] = []
        var done = 0
        for bound in [100] + (1...10).map({ numbers.count * $0 / 10 }) {
            let these = try numbers[done..<max(done, bound)].map { try FreeSlot($0, of: dataset).request(directory) }
            try await work(these, pool)
            done = max(done, bound)
            readings.append(try await reading(pool))
        }
        await pool.close()
        print(String(decoding: try JSONEncoder().encode(readings), as: UTF8.self))
    }

    private func work(_ requests: [BookingRequest], _ pool: Database) async throws {
        try await withThrowingTaskGroup { group in
            for caller in 0..<Self.callers {
                group.addTask {
                    for index in stride(from: caller, to: requests.count, by: Self.callers) {
                        try await Self.operation(index, requests[index], pool)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Runs one operation; of ten, four keep their booking, one reschedules, one cancels, and the others list.
    private static func operation(_ number: Int, _ request: BookingRequest, _ pool: Database) async throws {
        let desk = FrontDesk(database: pool, actor: "bench", noShowLimit: 2)
        switch number % 10 {
        case 0..<4:
            _ = try await desk.book(request, now: Dataset.now)
        case 4:
            let session = try await desk.book(request, now: Dataset.now).session
            _ = try await desk.cancel(session.reference, reason: "soak", ChangeRequest(now: Dataset.now))
        case 5:
            let session = try await desk.book(request, now: Dataset.now).session
            var move = MoveRequest(session.reference)
            move.start = session.startsAt + 86_400 * 14
            move.overrideReason = "soak"
            _ = try await desk.reschedule(move, ChangeRequest(now: Dataset.now))
        case 6, 7:
            try await pool.withConnection { connection in
                _ = try await SlotRepository(connection).open(
                    at: request.studio, from: Dataset.now, until: Dataset.now + 86_400 * 7, now: Dataset.now, limit: 20)
            }
        default:
            try await pool.withConnection { connection in
                _ = try await SessionRepository(connection).all(
                    at: request.studio.id, from: Dataset.now, until: Dataset.now + 86_400)
            }
        }
    }

    private func reading(_ pool: Database) async throws -> Reading {
        let connections = try await pool.query(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'intro-soak'")
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let resident = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        let kilobytes = resident.flatMap { Double($0.filter(\.isNumber)) } ?? .nan
        return Reading(
            descriptors: try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count,
            connections: Int(try connections.decode(Int64.self)[0]), megabytes: kilobytes / 1024)
    }
}
