import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// Bookings per second, compared with pgbench running the statements of a booking.
struct Book: Part {
    static let name = "book"

    func run(in context: BenchContext) async throws -> [Figure] {
        try await context.withDatasetCopy { try await run(in: $0, context) }
    }

    private func run(in dataset: Dataset, _ context: BenchContext) async throws -> [Figure] {
        let directory = try await StudioDirectory(dataset, in: context)
        let booking = try await BookingReplay(dataset, directory, in: context)
        let script = try context.scratch("book.pgbench", try booking.script(dataset))
        var figures = try await roundTrips(dataset, directory, in: context)
        for callers in [1, 8, 32] {
            let runs = try await compare(callers, dataset, directory, script, in: context)
            figures.append(Figure("book, \(callers) at once", runs, unit: "/s", goal: .atLeast(0.85)))
        }
        return figures
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
        _ callers: Int, _ dataset: Dataset, _ directory: StudioDirectory, _ script: String, in context: BenchContext
    ) async throws -> PairedRuns {
        let pgbench = Pgbench(server: context.server, database: dataset.database)
        let seconds = context.sizes.seconds
        return try await context.server.withPool(dataset.database, connections: callers) { pool in
            let desk = FrontDesk(database: pool, actor: "bench", noShowLimit: 2)
            return try await PairedRuns.measure(.valueByLimit, rounds: context.sizes.rounds) {
                let freeSlots = dataset.takeFreeSlots(5000 * seconds)
                let requests = try freeSlots.map { try FreeSlot($0, of: dataset).request(directory) }
                return try await Callers.rate(callers, seconds: seconds) { caller, turn in
                    _ = try await desk.book(requests[turn * callers + caller], now: Dataset.now)
                }
            } limit: {
                let first = dataset.takeFreeSlots(5000 * seconds).lowerBound
                return try await pgbench.rate(
                    script: script, clients: callers, seconds: seconds,
                    variables: ["first": "\(first)", "clients": "\(callers)", "turn": "-1"])
            }
        }
    }
}

/// The statements of one booking of a new client with a named trainer, from the server's log.
struct BookingReplay {
    let replay: Replay
    private let binds: FreeSlotBinds

    /// Books on one connection until its statements are prepared, and keeps the statements of the last booking.
    init(_ dataset: Dataset, _ directory: StudioDirectory, in context: BenchContext) async throws {
        var last: (freeSlot: FreeSlot, result: BookingResult)?
        let server = context.server
        let statements = try await server.statements(in: dataset.database) {
            try await server.withPool(dataset.database, connections: 1) { pool in
                let desk = FrontDesk(database: pool, actor: "bench", noShowLimit: 2)
                for number in dataset.takeFreeSlots(3) {
                    let freeSlot = FreeSlot(number, of: dataset)
                    last = (freeSlot, try await desk.book(freeSlot.request(directory), now: Dataset.now))
                }
            }
        }
        guard let last, let begin = statements.lastIndex(where: { $0.text.hasPrefix("BEGIN") }) else {
            throw BenchFailure("no booking was seen", because: "the log has \(statements.count) statements")
        }
        replay = Replay(statements: Array(statements[begin...]))
        let session = last.result.session
        let key = try await server.psql(
            dataset.database, ["-c", "SELECT request_id FROM session WHERE id = \(session.id.value)"])
        binds = FreeSlotBinds(
            logged: last.freeSlot, key: String(key.prefix { !$0.isNewline }), reference: session.reference.code,
            client: session.client.id.value, session: session.id.value)
    }

    /// Returns the booking as a pgbench script: client c of `:clients` books the free slots `:first` + c, and so on.
    func script(_ dataset: Dataset) throws -> String {
        let statements = try replay.texts(binds.expressions(FreeSlotBinds.pgbench)).map { text in
            if text.hasPrefix("INSERT INTO client") { return "\(text) \\gset person_" }
            return "\(text);"
        }
        return """
            \\set turn :turn + 1
            \\set number :first + :turn * :clients + :client_id
            \(FreeSlot.pgbenchSettings(dataset))
            \(statements.joined(separator: "\n"))

            """
    }
}
