import FoundationEssentials

/// A booking by one process of `intro`, as statements for psql.
struct ProcessBooking {
    private let replay: Replay
    private let binds: FreeSlotBinds

    /// Books once, and keeps what the server saw.
    init(_ dataset: Dataset, _ gauge: ProcessGauge) async throws {
        let opening = FreeSlot(dataset.takeOpenings(1).lowerBound, of: dataset)
        let statements = try await gauge.server.statements(in: dataset.database) {
            try await gauge.intro(Self.words(opening))
        }
        let row = try await gauge.server.psql(
            dataset.database,
            ["-c", "SELECT request_id, reference, client_id, id FROM session ORDER BY id DESC LIMIT 1"])
        let fields = row.split(whereSeparator: { $0 == "|" || $0.isNewline }).map(String.init)
        guard fields.count == 4, let client = Int64(fields[2]), let session = Int64(fields[3]) else {
            throw BenchFailure("the booking is not there", because: row)
        }
        replay = Replay(statements: statements)
        binds = FreeSlotBinds(
            logged: opening, key: fields[0], reference: fields[1], client: client, session: session)
    }

    /// The command line that books an opening.
    static func words(_ opening: FreeSlot) -> [String] {
        [
            "book", "--client", opening.email, "--name", opening.name, "--phone", opening.phone, "--trainer",
            "trainer-\(opening.trainer)", "--at", opening.startText,
        ]
    }

    /// The same statements for another opening.
    func script(_ opening: FreeSlot) throws -> String {
        try replay.texts(binds.expressions(FreeSlotBinds.psql(opening))).joined(separator: ";\n")
    }
}
