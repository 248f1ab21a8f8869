/// A statement with its binds, written as a literal: `"SELECT name FROM client WHERE id = \(id)"`.
///
/// An interpolated value becomes a bind, never text; an interpolated `SQL` becomes part of the statement, with its
/// binds renumbered. Text composed at run time can be inserted only by
/// ``StringInterpolation/appendInterpolation(unsafeSQL:)``.
public struct SQL: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The text between the binds; its count is the number of binds plus one.
    private(set) var segments: [String]
    private(set) var binds: Binds

    /// Creates a statement without binds.
    public init(stringLiteral text: String) {
        segments = [text]
        binds = Binds()
    }

    /// Creates a statement from an interpolated literal.
    public init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.statement
    }

    private init() {
        segments = [""]
        binds = Binds()
    }

    /// The statement with `$1`, `$2`, … in place of the binds.
    var text: String {
        var text = segments[0]
        for (number, segment) in segments.enumerated().dropFirst() {
            text += "$\(number)"
            text += segment
        }
        return text
    }

    /// The statement without the values of its binds, which may be personal data.
    public var description: String { text }

    /// Concatenates two statements.
    public static func + (left: SQL, right: SQL) -> SQL {
        var joined = left
        joined.append(right)
        return joined
    }

    /// Appends a statement.
    public static func += (left: inout SQL, right: SQL) {
        left.append(right)
    }

    /// Concatenates several statements with a separator.
    ///
    /// - Parameters:
    ///   - parts: The statements.
    ///   - separator: The text between two statements, such as `", "`.
    /// - Returns: The statement; empty where there are no parts.
    public static func joined(_ parts: [SQL], separator: SQL) -> SQL {
        var joined = parts.first ?? SQL()
        for part in parts.dropFirst() {
            joined.append(separator)
            joined.append(part)
        }
        return joined
    }

    private mutating func append(text: String) {
        segments[segments.count - 1] += text
    }

    private mutating func append(_ other: SQL) {
        append(text: other.segments[0])
        segments += other.segments.dropFirst()
        binds.append(other.binds)
    }

    private mutating func bind(_ value: some PostgresEncodable) {
        binds.append(value)
        segments.append("")
    }

    /// The builder of an interpolated statement.
    public struct StringInterpolation: StringInterpolationProtocol, Sendable {
        fileprivate var statement = SQL()

        /// Creates an empty statement.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Appends text of the literal.
        public mutating func appendLiteral(_ literal: String) {
            statement.append(text: literal)
        }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: some PostgresEncodable) {
            statement.bind(value)
        }

        /// Binds a value, or NULL.
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            statement.bind(value)
        }

        /// Inserts a fragment with its binds.
        public mutating func appendInterpolation(_ fragment: SQL) {
            statement.append(fragment)
        }

        /// Inserts text unchanged.
        ///
        /// Only for identifiers, which cannot be binds; never for external input.
        public mutating func appendInterpolation(unsafeSQL text: String) {
            statement.append(text: text)
        }
    }
}

/// The encoded binds of a statement, in one buffer.
struct Binds: Sendable {
    struct Bind: Sendable {
        let type: UInt32
        let offset: Int
        /// The length; `nil` is NULL.
        let length: Int?
    }

    private(set) var bytes: [UInt8] = []
    private(set) var list: [Bind] = []
    /// The reason why a value cannot be encoded; it is thrown when the statement runs, since a literal cannot throw.
    private(set) var failure: String?

    var count: Int { list.count }

    mutating func append<Value: PostgresEncodable>(_ value: Value) {
        let offset = bytes.count
        if value.isNull {
            list.append(Bind(type: Value.postgresType, offset: offset, length: nil))
            return
        }
        do {
            try value.encode(into: &bytes)
        } catch {
            failure = failure ?? "bind $\(list.count + 1): \(error.reason)"
        }
        list.append(Bind(type: Value.postgresType, offset: offset, length: bytes.count - offset))
    }

    /// Checks that the values can be sent.
    ///
    /// - Throws: ``PostgresError`` of the kind `encoding`.
    func validate(_ callSite: PostgresError.CallSite) throws(PostgresError) {
        if let failure { throw PostgresError(kind: .encoding, message: failure, callSite: callSite) }
        guard count <= Int(UInt16.max) else {
            throw PostgresError(
                kind: .encoding, message: "\(count) binds, and PostgreSQL takes 65535: send an array",
                callSite: callSite)
        }
    }

    mutating func append(_ other: Binds) {
        let shift = bytes.count
        bytes += other.bytes
        list += other.list.map { Bind(type: $0.type, offset: $0.offset + shift, length: $0.length) }
        failure = failure ?? other.failure
    }

    /// Calls a body with the parallel arrays that libpq takes.
    func withParameters<Result>(
        _ body: (
            _ count: Int32, _ types: [UInt32], _ values: [UnsafePointer<CChar>?], _ lengths: [Int32],
            _ formats: [Int32]
        ) throws -> Result
    ) rethrows -> Result {
        // An additional byte gives the buffer an address even when all binds are empty or NULL.
        try (bytes + [0]).withUnsafeBytes { buffer in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = list.map { bind in bind.length == nil ? nil : base.map { UnsafePointer($0 + bind.offset) } }
            return try body(
                Int32(list.count), list.map(\.type), values, list.map { Int32($0.length ?? 0) },
                [Int32](repeating: 1, count: list.count))
        }
    }
}
