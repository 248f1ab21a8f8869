import Testing

@testable import Postgres

@Suite("Meanings of SQLSTATEs")
struct SQLStateWordsTests {
    @Test("an SQLSTATE is described by its own meaning or that of its class")
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
