import Testing

@testable import bench

@Suite struct ReplayTests {
    private let statement = LoggedStatement(
        text: "SELECT f($1, $2, $10), '$x' WHERE a = $1", binds: ["7", nil, "b", "c", "d", "e", "f", "g", "h", "it's"])

    @Test("parses the binds in the server's log")
    func binds() {
        #expect(
            LoggedBinds.parse("parameters: $1 = '7', $2 = NULL, $3 = 'it''s $4 = ''x'''") == [
                "7", nil, "it's $4 = 'x'",
            ])
        #expect(LoggedBinds.parse("Parameters: $1 = ''") == [""])
        #expect(LoggedBinds.parse("") == [])
    }

    @Test("replaces each bind by the expression for its value")
    func texts() throws {
        let texts = try Replay(statements: [statement]).texts(["7": ":a", "it's": ":b"])
        #expect(texts == ["SELECT f(:a, NULL, :b), '$x' WHERE a = :a"])
    }

    @Test("rejects an unexpected bind")
    func unexpected() {
        #expect(throws: BenchFailure.self) { try Replay(statements: [statement]).texts(["7": ":a"]) }
    }

    @Test("literals are quoted")
    func literals() throws {
        let replay = Replay(statements: [statement])
        #expect(try replay.texts(replay.literals) == ["SELECT f('7', NULL, 'it''s'), '$x' WHERE a = '7'"])
    }

    @Test("a pgbench script binds as many values as were logged")
    func parameters() throws {
        let short = LoggedStatement(text: "SELECT $1, $2, $1", binds: ["7", "it's"])
        let (script, variables) = try Replay(statements: [short]).parameterised()
        #expect(script == "SELECT :bind_0, :bind_1, :bind_0;\n")
        #expect(variables == ["bind_0": "7", "bind_1": "it's"])
    }

    @Test("finds the rate in pgbench's report")
    func rate() {
        let report =
            "latency average = 0.1 ms\ninitial connection time = 2.5 ms\ntps = 11437.25 (without initial connection time)\n"
        #expect(Pgbench.rate(in: report) == 11437.25)
        #expect(Pgbench.rate(in: "nothing") == nil)
    }
}
