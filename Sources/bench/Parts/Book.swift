import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// Bookings per second, compared with a bare transaction: the same locks and rows, without reads and triggers.
struct Book: Part {
    static let name = "book"

    /// The number of bookings of each caller before the measurement: a plan is final after the sixth.
    private static let warmUp = 10

    /// The numbers of concurrent callers, and the minimum of our rate by that of the bare transaction.
    private static let goals: [(callers: Int, ratio: Double)] = [(1, 0.6), (8, 0.5), (32, 0.5)]

    func run(in context: BenchContext) async throws -> [Figure] {
        try await context.withDatasetCopy { try await run(in: $0, context) }
    }

    private func run(in dataset: Dataset, _ context: BenchContext) async throws -> [Figure] {
        let directory = try await StudioDirectory(dataset, in: context)
        let bare = try BareBooking(dataset, in: context)
        var figures = try await roundTrips(dataset, directory, in: context)
        try await compareRows(bare, dataset, directory, in: context)
        var runs: [Int: PairedRuns] = [:]
        for goal in Self.goals {
            let measured = try await compare(goal.callers, bare, dataset, directory, in: context)
            figures.append(
                Figure("book, \(goal.callers) at once", measured, unit: "/s", goal: .atLeast(goal.ratio)))
            runs[goal.callers] = measured
        }
        if let few = runs[8], let many = runs[32] { figures += fall(from: few, to: many) }
        return figures
    }

    /// The fall of the rate from few to many callers by that of the bare transaction, and the range of the runs.
    private func fall(from few: PairedRuns, to many: PairedRuns) -> [Figure] {
        var falls = PairedRuns(.valueByLimit)
        for (few, many) in zip(few.pairs, many.pairs) {
            falls.add(value: many.value / few.value, limit: many.limit / few.limit)
        }
        let rates = many.pairs.map(\.value)
        let range = (rates.max() ?? 0) / (rates.min() ?? 0)
        return [
            Figure("book, rate at 32 by that at 8", falls, unit: "", goal: .atLeast(0.9)),
            Figure("book, 32 at once, fastest by slowest run", [range], unit: "", goal: .atMost(1.5)),
        ]
    }

    /// Checks that the bare transaction writes as many rows into each table as a booking does.
    private func compareRows(
        _ bare: BareBooking, _ dataset: Dataset, _ directory: StudioDirectory, in context: BenchContext
    ) async throws {
        let request = try FreeSlot(dataset.takeFreeSlots(1).lowerBound, of: dataset).request(directory)
        let ours = try await bare.rowsWritten {
            try await context.server.withPool(dataset.database, connections: 1) { pool in
                _ = try await FrontDesk(database: pool, actor: "bench", noShowLimit: 2).book(request, now: Dataset.now)
            }
        }
        let theirs = try await bare.rowsWritten { try await bare.once() }
        guard ours == theirs else {
            throw BenchFailure(
                "the bare transaction does not write the rows of a booking", because: "\(theirs) instead of \(ours)",
                hint: "correct deploy/bench.d/book.pgbench")
        }
    }

    /// Counts the round trips of a booking, a move and a cancellation whose statements are prepared.
    private func roundTrips(
        _ dataset: Dataset, _ directory: StudioDirectory, in context: BenchContext
    ) async throws -> [Figure] {
        let counter = try RoundTripCounter(toServerIn: context.server.folder)
        defer { counter.stop() }
        let slots = dataset.takeFreeSlots(3).map { FreeSlot($0, of: dataset) }
        let trips = try await context.server.withPool(dataset.database, connections: 1, through: counter.folder) {
            pool in
            let desk = FrontDesk(database: pool, actor: "bench", noShowLimit: 2)
            var trips: [Double] = []
            // A statement is prepared at its second run.
            for slot in slots {
                var move: MoveRequest?
                trips = try await [
                    counted(by: counter) {
                        let session = try await desk.book(slot.request(directory), now: Dataset.now).session
                        move = MoveRequest(session.reference)
                        move?.start = session.startsAt + 86_400
                    },
                    counted(by: counter) {
                        guard let move else { return }
                        _ = try await desk.reschedule(move, ChangeRequest(now: Dataset.now))
                    },
                    counted(by: counter) {
                        guard let move else { return }
                        _ = try await desk.cancel(move.reference, reason: nil, ChangeRequest(now: Dataset.now))
                    },
                ]
            }
            return trips
        }
        return zip(["book", "move", "cancel"], zip(trips, [5, 5, 4])).map { name, trip in
            Figure("book, round trips of a \(name)", [trip.0], unit: "", goal: .atMost(trip.1))
        }
    }

    private func counted(by counter: RoundTripCounter, _ body: () async throws -> Void) async throws -> Double {
        let before = counter.count
        try await body()
        return Double(counter.count - before)
    }

    private func compare(
        _ callers: Int, _ bare: BareBooking, _ dataset: Dataset, _ directory: StudioDirectory, in context: BenchContext
    ) async throws -> PairedRuns {
        let seconds = context.sizes.seconds
        return try await context.server.withPool(dataset.database, connections: callers) { pool in
            let desk = FrontDesk(database: pool, actor: "bench", noShowLimit: 2)
            let warmUp = try dataset.takeFreeSlots(Self.warmUp * callers).map {
                try FreeSlot($0, of: dataset).request(directory)
            }
            // A desk keeps its connections. Each one reads the catalogue and plans its statements at the beginning.
            try await withThrowingTaskGroup { group in
                for caller in 0..<callers {
                    group.addTask {
                        for turn in 0..<Self.warmUp {
                            _ = try await desk.book(warmUp[turn * callers + caller], now: Dataset.now)
                        }
                    }
                }
                try await group.waitForAll()
            }
            return try await PairedRuns.measure(.valueByLimit, rounds: context.sizes.rounds) {
                let freeSlots = dataset.takeFreeSlots(5000 * seconds)
                let requests = try freeSlots.map { try FreeSlot($0, of: dataset).request(directory) }
                return try await Callers.rate(callers, seconds: seconds) { caller, turn in
                    _ = try await desk.book(requests[turn * callers + caller], now: Dataset.now)
                }
            } limit: {
                try await bare.rate(callers, seconds: seconds)
            }
        }
    }
}

/// The bare transaction of `book.pgbench`.
struct BareBooking {
    private let dataset: Dataset
    private let pgbench: Pgbench
    private let script: String

    init(_ dataset: Dataset, in context: BenchContext) throws {
        self.dataset = dataset
        pgbench = Pgbench(server: context.server, database: dataset.database)
        let statements = try String(contentsOfFile: context.source("book.pgbench"), encoding: .utf8)
        script = try context.scratch(
            "book.pgbench",
            """
            \\set turn :turn + 1
            \\set number :first + :turn * :clients + :client_id
            \(FreeSlot.pgbenchSettings(dataset))
            \(statements)
            """)
    }

    /// Runs the transaction once.
    func once() async throws {
        try await pgbench.run(
            script: script, clients: 1, length: ["-t", "1"], variables: variables(1, first: 1), triggers: false)
    }

    /// Returns the transactions per second of a number of clients.
    func rate(_ clients: Int, seconds: Int) async throws -> Double {
        try await pgbench.rate(
            script: script, clients: clients, seconds: seconds, variables: variables(clients, first: 5000 * seconds),
            triggers: false)
    }

    private func variables(_ clients: Int, first count: Int) -> [String: String] {
        ["first": "\(dataset.takeFreeSlots(count).lowerBound)", "clients": "\(clients)", "turn": "-1"]
    }

    /// Returns the number of rows that an operation adds to each table.
    func rowsWritten(by work: () async throws -> Void) async throws -> [String: Int] {
        let before = try await rows()
        try await work()
        return try await rows().merging(before, uniquingKeysWith: -).filter { $0.value != 0 }
    }

    private func rows() async throws -> [String: Int] {
        let tables = ["client", "session", "free_session_claim", "consent", "message", "event", "job"]
        let counts = tables.map { "SELECT '\($0)', count(*) FROM \($0)" }.joined(separator: " UNION ALL ")
        let lines = try await pgbench.server.psql(pgbench.database, ["-F", " ", "-c", counts])
        return lines.split(separator: "\n").reduce(into: [:]) { rows, line in
            let cells = line.split(separator: " ")
            if cells.count == 2 { rows[String(cells[0])] = Int(cells[1]) }
        }
    }
}
