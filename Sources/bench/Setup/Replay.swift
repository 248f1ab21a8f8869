import FoundationEssentials
import Postgres

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
    var literals: Expressions {
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

/// One statement as the server ran it.
struct LoggedStatement: Sendable, Equatable {
    /// Its text, with `$1`, `$2`, … where the binds stand.
    let text: String
    /// The binds as text; `nil` is NULL.
    let binds: [String?]
}

extension BenchServer {
    /// Lists the statements that some work makes a database run, each of them one round trip.
    ///
    /// - Parameters:
    ///   - database: The database.
    ///   - work: What to watch; it must connect by itself.
    /// - Returns: The statements, in order.
    /// - Throws: What the work throws, or ``BenchFailure``.
    func statements(in database: String, of work: () async throws -> Void) async throws -> [LoggedStatement] {
        try await logged(in: database, "log_statement = 'all'", of: work).compactMap(\.statement)
    }

    /// Measures how long a database works for something.
    ///
    /// - Parameters:
    ///   - database: The database.
    ///   - work: What to watch; it must connect by itself.
    /// - Returns: The sum of all its statements, with their parsing and planning, in milliseconds.
    /// - Throws: What the work throws, or ``BenchFailure``.
    func milliseconds(in database: String, of work: () async throws -> Void) async throws -> Double {
        try await logged(in: database, "log_min_duration_statement = 0", of: work).compactMap(\.milliseconds)
            .reduce(0, +)
    }

    /// Lists what the server writes into its log about a database while some work is done.
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
        // The log is written by a process of its own, which may lag behind.
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

        /// The statement of an entry by `log_statement`.
        var statement: LoggedStatement? {
            guard let message else { return nil }
            if message.hasPrefix("statement: ") {
                return LoggedStatement(text: String(message.dropFirst(11)), binds: [])
            }
            guard message.hasPrefix("execute "), let colon = message.firstRange(of: ": ") else { return nil }
            return LoggedStatement(
                text: String(message[colon.upperBound...]), binds: LoggedBinds.parse(detail ?? ""))
        }

        /// The duration of an entry by `log_min_duration_statement`.
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

/// Reads `parameters: $1 = 'it''s', $2 = NULL`.
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
