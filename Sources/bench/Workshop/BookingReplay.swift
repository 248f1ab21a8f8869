import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// The statements of one booking of a new person with a named trainer, as the server saw them.
struct BookingReplay {
    let replay: Replay
    private let binds: FreeSlotBinds

    /// Books on one connection until its statements are prepared, and keeps the last booking's.
    init(_ dataset: Dataset, _ chain: Chain, in context: BenchContext) async throws {
        var last: (opening: FreeSlot, result: BookingResult)?
        let server = context.server
        let statements = try await server.statements(in: dataset.database) {
            try await server.withPool(dataset.database, connections: 1) { pool in
                let desk = FrontDesk(database: pool, actor: "bench", noShowLimit: 2)
                for number in dataset.takeOpenings(3) {
                    let opening = FreeSlot(number, of: dataset)
                    last = (opening, try await desk.book(opening.request(chain), now: Dataset.now))
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
            logged: last.opening, key: String(key.prefix { !$0.isNewline }), reference: session.reference.code,
            client: session.client.id.value, session: session.id.value)
    }

    /// The booking as a script for pgbench: client c of `:clients` books the openings `:first` + c, and so on.
    func script(_ dataset: Dataset) throws -> String {
        let statements = try replay.texts(binds.expressions(FreeSlotBinds.pgbench)).map { text in
            if text.hasPrefix("INSERT INTO client") { return "\(text) \\gset person_" }
            if text.contains("RETURNING session_id") { return "\(text) \\gset" }
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
