import FoundationEssentials
import Postgres

/// The statements of an operation, in which each bind is replaced by an expression for another run's value.
///
/// The statements come from the server's log, so the limit always matches our code; an unexpected bind is an error.
struct Replay: Sendable {
    let statements: [LoggedStatement]

    /// The expression that replaces each bind value.
    typealias Expressions = [String: String]

    /// Returns the statements' texts with expressions in place of the binds.
    func texts(_ expressions: Expressions) throws -> [String] {
        try statements.map { statement in
            try statement.text { try expression(for: statement.binds[$0], expressions, in: statement) }
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
                hint: "add it in Sources/bench/Setup/FreeSlot.swift")
        }
        return expression
    }

    /// Returns a pgbench script that binds the logged values, and the values of its variables.
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

    /// Returns the type of an array's elements, which PostgreSQL does not infer for `unnest`.
    private static func type(ofArray bind: String) -> String {
        if bind.allSatisfy({ $0.isNumber || "{,}".contains($0) }) { return "integer" }
        return bind.prefixMatch(of: /\{"\d{4}-\d\d-\d\d \d\d:/) != nil ? "timestamptz" : "text"
    }

    /// Every bind as a literal, for statements that only read and can be repeated.
    var literals: Expressions {
        var expressions: Expressions = [:]
        for case let bind? in statements.flatMap(\.binds) {
            let literal = "'\(bind.replacing("'", with: "''"))'"
            expressions[bind] = literal + (bind.hasPrefix("{") ? "::\(Self.type(ofArray: bind))[]" : "")
        }
        return expressions
    }
}

/// A statement from the server's log.
struct LoggedStatement: Sendable, Equatable {
    /// The text, with `$1`, `$2`, … in place of the binds.
    let text: String
    /// The binds as text; `nil` is NULL.
    let binds: [String?]

    /// Returns the text with expressions in place of the binds, which are counted from 0.
    func text(_ expression: (Int) throws -> String) rethrows -> String {
        var result = ""
        var rest = text[...]
        while let sign = rest.firstIndex(of: "$") {
            result += rest[..<sign]
            rest = rest[rest.index(after: sign)...]
            let digits = rest.prefix(while: \.isNumber)
            rest = rest.dropFirst(digits.count)
            if let number = Int(digits), number >= 1, number <= binds.count {
                result += try expression(number - 1)
            } else {
                result += "$\(digits)"
            }
        }
        return result + rest
    }
}

extension BenchServer {
    /// Returns the statements that an operation runs in a database, each of them one round trip.
    ///
    /// - Parameters:
    ///   - database: The database.
    ///   - work: The operation, which must open its own connection.
    /// - Returns: The statements, in order.
    /// - Throws: The operation's error, or ``BenchFailure``.
    func statements(in database: String, of work: () async throws -> Void) async throws -> [LoggedStatement] {
        try await logged(in: database, "log_statement = 'all'", of: work).compactMap(\.statement)
    }

    /// Returns the time that a database spends on an operation.
    ///
    /// - Parameters:
    ///   - database: The database.
    ///   - work: The operation, which must open its own connection.
    /// - Returns: The sum of all statements' durations, including parsing and planning, in milliseconds.
    /// - Throws: The operation's error, or ``BenchFailure``.
    func milliseconds(in database: String, of work: () async throws -> Void) async throws -> Double {
        try await logged(in: database, "log_min_duration_statement = 0", of: work).compactMap(\.milliseconds)
            .reduce(0, +)
    }

    /// Returns the server's log entries about a database during an operation.
    private func logged(
        in database: String, _ setting: String, of work: () async throws -> Void
    ) async throws -> [Entry] {
        let log = URL(filePath: "\(folder)/server.json")
        let begin = try Data(contentsOf: log).count
        let name = setting.prefix { $0 != " " }
        try await psql("postgres", ["-c", "ALTER DATABASE \(database) SET \(setting)"])
        do {
            try await work()
        } catch {
            try await psql("postgres", ["-c", "ALTER DATABASE \(database) RESET \(name)"])
            throw error
        }
        let end = "SELECT 'the end of \(begin)'"
        try await psql(database, ["-c", end])
        try await psql("postgres", ["-c", "ALTER DATABASE \(database) RESET \(name)"])
        // The log is written by a separate process and may be late.
        for _ in 0..<500 {
            let entries = try Self.entries(Data(contentsOf: log).dropFirst(begin), of: database)
            if entries.last?.message?.hasSuffix(end) == true { return entries.dropLast() }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw BenchFailure("the server's log is not complete", because: "\(log.path) lacks \(end)")
    }

    private struct Entry: Decodable {
        let dbname: String?
        let message: String?
        let detail: String?

        /// The statement of an entry logged by `log_statement`.
        var statement: LoggedStatement? {
            guard let message else { return nil }
            if message.hasPrefix("statement: ") {
                return LoggedStatement(text: String(message.dropFirst(11)), binds: [])
            }
            guard message.hasPrefix("execute "), let colon = message.firstRange(of: ": ") else { return nil }
            return LoggedStatement(
                text: String(message[colon.upperBound...]), binds: LoggedBinds.parse(detail ?? ""))
        }

        /// The duration of an entry logged by `log_min_duration_statement`.
        var milliseconds: Double? {
            guard let message, message.hasPrefix("duration: ") else { return nil }
            return Double(message.dropFirst(10).prefix { $0 != " " })
        }
    }

    private static func entries(_ log: Data, of database: String) throws -> [Entry] {
        try log.split(separator: UInt8(ascii: "\n")).compactMap { line -> Entry? in
            guard line.last == UInt8(ascii: "}") else { return nil }
            let entry = try JSONDecoder().decode(Entry.self, from: Data(line))
            return entry.dbname == database ? entry : nil
        }
    }
}

/// A parser for logged binds: `parameters: $1 = 'it''s', $2 = NULL`.
enum LoggedBinds {
    static func parse(_ detail: String) -> [String?] {
        var binds: [String?] = []
        var rest = detail[...]
        while let sign = rest.firstRange(of: "$\(binds.count + 1) = ") {
            rest = rest[sign.upperBound...]
            guard rest.first == "'" else {
                binds.append(nil)
                continue
            }
            binds.append(quoted(&rest))
        }
        return binds
    }

    private static func quoted(_ rest: inout Substring) -> String {
        var value = ""
        rest.removeFirst()
        while let quote = rest.firstIndex(of: "'") {
            value += rest[..<quote]
            rest = rest[rest.index(after: quote)...]
            guard rest.first == "'" else { break }
            value.append("'")
            rest.removeFirst()
        }
        return value
    }
}
