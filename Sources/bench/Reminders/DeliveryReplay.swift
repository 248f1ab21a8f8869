/// The statements by which `intro` claims messages and records their outcomes, for the C program.
///
/// They come from the server's log, so the limit always matches our code; an unexpected statement is an error.
struct DeliveryReplay: Sendable {
    private let claim: LoggedStatement
    private let record: LoggedStatement

    /// The largest number of messages that a connection of `intro` claims at once.
    private static let batch = 64

    /// The types of the arrays of outcomes, in the order of the binds after the time.
    private static let outcomeTypes = [
        "bigint", "text", "text", "text", "timestamptz", "text", "text", "text", "boolean",
    ]

    /// Creates the statements from those of a run that sent one message.
    init(_ statements: [LoggedStatement]) throws {
        guard let claim = statements.first(where: { $0.text.contains("FOR UPDATE SKIP LOCKED") }),
            let record = statements.first(where: { $0.text.contains("AS outcome (") }),
            claim.text.contains("LIMIT 1\n"), record.binds.count == Self.outcomeTypes.count + 2
        else {
            throw BenchFailure(
                "the C program cannot claim and record messages",
                because: "a run that sent one message has other statements: \(statements.map(\.text))")
        }
        (self.claim, self.record) = (claim, record)
    }

    /// Returns the statement that claims the next messages for a run, whose number is the only number among its binds.
    func claim(for run: String) -> String {
        claim.text { number in
            let bind = claim.binds[number]
            return bind == record.binds.last ? "\(run)::integer" : Self.typedLiteral(bind)
        }.replacing("LIMIT 1\n", with: "LIMIT \(Self.batch)\n")
    }

    /// Returns the statement that records the outcome of the logged message for the messages `$1` of a run.
    func record(for run: String) -> String {
        record.text { number in
            switch number {
            case 0: "\(Self.literal(record.binds[number]))::timestamptz"
            case 1: "$1::bigint[]"
            case record.binds.count - 1: "\(run)::integer"
            default:
                "array_fill((\(Self.literal(record.binds[number]))::\(Self.outcomeTypes[number - 1])[])[1], "
                    + "ARRAY[cardinality($1::bigint[])])"
            }
        }
    }

    /// Returns a literal with the type of a time, which PostgreSQL does not infer in every place.
    private static func typedLiteral(_ bind: String?) -> String {
        let isTime = bind?.wholeMatch(of: /\d{4}-\d\d-\d\d \d\d:.*/) != nil
        return literal(bind) + (isTime ? "::timestamptz" : "")
    }

    private static func literal(_ bind: String?) -> String {
        bind.map { "'\($0.replacing("'", with: "''"))'" } ?? "NULL"
    }
}
