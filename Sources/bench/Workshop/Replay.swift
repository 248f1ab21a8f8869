/// The statements of some work, for others to run: each bind replaced by an expression for another run's value.
///
/// Since it is made from what the server saw, the limit cannot drift from what our code does; a bind that nobody expected
/// is an error.
struct Replay: Sendable {
    let statements: [LoggedStatement]

    /// What a bind is replaced by, for each value that it had.
    typealias Expressions = [String: String]

    /// The statements' texts with expressions in place of the binds.
    func texts(_ expressions: Expressions) throws -> [String] {
        try statements.map { statement in
            var text = ""
            var rest = statement.text[...]
            while let sign = rest.firstIndex(of: "$") {
                text += rest[..<sign]
                rest = rest[rest.index(after: sign)...]
                let digits = rest.prefix(while: \.isNumber)
                rest = rest.dropFirst(digits.count)
                guard let number = Int(digits), number >= 1, number <= statement.binds.count else {
                    text += "$\(digits)"
                    continue
                }
                text += try expression(for: statement.binds[number - 1], expressions, in: statement)
            }
            return text + rest
        }
    }

    private func expression(
        for bind: String?, _ expressions: Expressions, in statement: LoggedStatement
    ) throws -> String {
        guard let bind else { return "NULL" }
        guard let expression = expressions[bind] else {
            throw BenchFailure(
                "the limit does not know what stands for '\(bind)'",
                because: "our code now runs: \(statement.text)",
                hint: "teach it in Sources/bench/Workshop/OpeningBinds.swift")
        }
        return expression
    }

    /// A script for pgbench that binds just what was bound, and what its variables are.
    func parameterised() throws -> (script: String, variables: [String: String]) {
        var expressions: Expressions = [:]
        var variables: [String: String] = [:]
        for case let bind? in statements.flatMap(\.binds) where expressions[bind] == nil {
            let name = "bind_\(variables.count)"
            expressions[bind] = ":\(name)"
            variables[name] = bind
        }
        return (try texts(expressions).map { "\($0);\n" }.joined(), variables)
    }

    /// Every bind as it was: for statements that read, and may be run as often as one likes.
    var literally: Expressions {
        var expressions: Expressions = [:]
        for case let bind? in statements.flatMap(\.binds) {
            expressions[bind] =
                "'"
                + bind.split(separator: "'", omittingEmptySubsequences: false)
                .joined(separator: "''") + "'"
        }
        return expressions
    }
}
