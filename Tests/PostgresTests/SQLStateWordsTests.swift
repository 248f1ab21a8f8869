import Testing

@testable import Postgres

@Suite("the words of an SQLSTATE")
struct SQLStateWordsTests {
    @Test("every code has words: its own, or those of its class")
    func words() {
        for (state, words) in [
            ("53100", "disk full"), ("53400", "insufficient resources"), ("57P04", "stopped by an operator"),
            ("08006", "connection problem"), ("XX000", "internal error of the server"),
            ("P0001", "raised by a function"),
            ("0A000", "not supported"),
        ] {
            var error = PostgresError(kind: .server, message: "private")
            error.sqlState = state
            #expect(error.description == "PostgreSQL: server, SQLSTATE \(state) (\(words))")
        }
    }
}
