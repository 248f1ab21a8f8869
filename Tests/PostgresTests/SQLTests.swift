import Testing

@testable import Postgres

@Suite("SQL literals")
struct SQLTests {
    @Test("a plain literal has no binds")
    func plain() {
        let sql: SQL = "SELECT 1"
        #expect(sql.text == "SELECT 1")
        #expect(sql.binds.count == 0)
    }

    @Test("values become binds, numbered in order")
    func numbered() {
        let name = "Robert'); DROP TABLE client; --"
        let sql: SQL = "SELECT \(1), \(name), \(true)"
        #expect(sql.text == "SELECT $1, $2, $3")
        #expect(sql.binds.count == 3)
    }

    @Test("nil is a bind too")
    func null() {
        let missing: String? = nil
        let sql: SQL = "SELECT \(missing)"
        #expect(sql.text == "SELECT $1")
        #expect(sql.binds.count == 1)
    }

    @Test("a fragment's binds are renumbered")
    func fragments() {
        let condition: SQL = "a = \(1) AND b = \(2)"
        let sql: SQL = "SELECT \(0) FROM t WHERE \(condition) OR c = \(3)"
        #expect(sql.text == "SELECT $1 FROM t WHERE a = $2 AND b = $3 OR c = $4")
        #expect(sql.binds.count == 4)
    }

    @Test("fragments can be nested and repeated")
    func nesting() {
        let inner: SQL = "x = \(1)"
        let outer: SQL = "(\(inner) OR \(inner))"
        let sql: SQL = "SELECT 1 WHERE \(outer) AND y = \(2)"
        #expect(sql.text == "SELECT 1 WHERE (x = $1 OR x = $2) AND y = $3")
        #expect(sql.binds.count == 3)
    }

    @Test("concatenation renumbers the binds of the right side")
    func adding() {
        let sql: SQL = "SELECT \(1)" + ", \(2)" + " WHERE \(true)"
        #expect(sql.text == "SELECT $1, $2 WHERE $3")
        #expect(sql.binds.count == 3)
    }

    @Test("joining inserts the separator with its binds between the parts only")
    func joining() {
        let parts: [SQL] = ["a = \(1)", "b = \(2)", "c = \(3)"]
        let joined = SQL.joined(parts, separator: " AND ")
        #expect(joined.text == "a = $1 AND b = $2 AND c = $3")
        #expect(joined.binds.count == 3)
        #expect(SQL.joined([], separator: ", ").text == "")
        #expect(SQL.joined(["a"], separator: ", ").text == "a")
        #expect(SQL.joined(["a", "b"], separator: " \(0) ").text == "a $1 b")
    }

    @Test("unsafeSQL inserts a String as SQL")
    func unsafe() {
        let column = "starts_at"
        let sql: SQL = "SELECT \(unsafeSQL: column) FROM session WHERE id = \(7)"
        #expect(sql.text == "SELECT starts_at FROM session WHERE id = $1")
        #expect(sql.binds.count == 1)
    }

    @Test("a dollar sign in a literal is unchanged")
    func dollars() {
        let sql: SQL = "DO $body$ BEGIN END $body$"
        #expect(sql.text == "DO $body$ BEGIN END $body$")
    }

    @Test("a bind's value is never in the description")
    func redaction() {
        let secret = "ada@example.com"
        let sql: SQL = "SELECT \(secret)"
        #expect(String(describing: sql) == "SELECT $1")
        #expect(String(reflecting: sql) == "SELECT $1")
    }
}
