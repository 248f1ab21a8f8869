import CLibpq

/// The result of a statement.
///
/// It stays in libpq's memory, and is read where it lies.
public struct Rows: Sendable {
    private let result: ResultMemory

    init(_ result: ResultMemory) {
        self.result = result
    }

    /// How many rows there are.
    public var count: Int { Int(PQntuples(result.pointer)) }

    /// How many rows the statement inserted, updated, deleted or selected.
    public var affected: Int { Int(String(cString: PQcmdTuples(result.pointer))) ?? 0 }

    /// The columns' names.
    public var columns: [String] {
        (0..<PQnfields(result.pointer)).map { String(cString: PQfname(result.pointer, $0)) }
    }

    /// What the server says it did, such as `COMMIT`.
    var command: String { String(cString: PQcmdStatus(result.pointer)) }

    /// Reads all rows: `for (id, name) in try rows.decode((Int64, String).self)`.
    ///
    /// - Parameter type: The columns' types, in order.
    /// - Returns: The rows, in order.
    /// - Throws: ``PostgresError`` of the kind `decoding` where a column is something else.
    @inlinable
    public func decode<each Column: PostgresDecodable>(
        _ type: (repeat each Column).Type
    ) throws -> [(repeat each Column)] {
        var width: Int32 = 0
        for _ in repeat (each Column).self { width += 1 }
        try assertWidth(width)
        return try map { row in (repeat try row.next((each Column).self)) }
    }

    /// Reads all rows of a single column: `let ids = try rows.decode(Int64.self)`.
    ///
    /// - Parameter type: The column's type.
    /// - Returns: The rows, in order.
    /// - Throws: ``PostgresError`` of the kind `decoding` where the column is something else, or there are more.
    @inlinable
    public func decode<Column: PostgresDecodable>(_ type: Column.Type) throws -> [Column] {
        try assertWidth(1)
        return try map { row in try row.next(type) }
    }

    /// Makes a value of each row, by a body that takes its columns in order.
    ///
    /// - Parameter body: Makes the value.
    /// - Returns: The values, in order.
    /// - Throws: What the body throws, or ``PostgresError`` of the kind `decoding`.
    @inlinable
    public func map<Value>(_ body: (inout Row) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        try forEach { values.append(try body(&$0)) }
        return values
    }

    /// Shows each row to a body that takes as many of its columns as it needs, in order.
    ///
    /// - Parameter body: Reads the row.
    /// - Throws: What the body throws, or ``PostgresError`` of the kind `decoding`.
    @inlinable
    public func forEach(_ body: (inout Row) throws -> Void) throws {
        // A row points into the result, and does not keep it.
        try withExtendedLifetime(self) {
            for index in 0..<Int32(count) {
                var row = row(index)
                try body(&row)
            }
        }
    }

    @usableFromInline
    func row(_ index: Int32) -> Row {
        Row(result.pointer, index: index)
    }

    @usableFromInline
    func assertWidth(_ width: Int32) throws {
        guard width == PQnfields(result.pointer) else {
            throw PostgresError(
                kind: .decoding, message: "\(width) columns were asked for, and there are \(PQnfields(result.pointer))")
        }
    }
}

/// Owns a `PGresult`.
///
/// `@unchecked Sendable`: libpq never changes a result once it is handed out, reading one takes no lock and writes nothing,
/// and it is freed once, when the last owner is gone.
final class ResultMemory: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        PQclear(pointer)
    }
}

/// One row of a result, read column by column in their order: `Place(id: try row.next(), name: try row.next())`.
///
/// ``Rows/map(_:)`` and ``Rows/forEach(_:)`` show it; it cannot be kept.
public struct Row: ~Copyable {
    @usableFromInline let result: OpaquePointer
    @usableFromInline let index: Int32
    @usableFromInline var column: Int32 = 0

    init(_ result: OpaquePointer, index: Int32) {
        self.result = result
        self.index = index
    }

    /// Reads the next column.
    ///
    /// - Parameter type: The column's type; mostly what the value is used for tells it.
    /// - Returns: The value.
    /// - Throws: ``PostgresError`` of the kind `decoding` where the column is something else, or there is none.
    @inlinable
    public mutating func next<Value: PostgresDecodable>(_ type: Value.Type = Value.self) throws -> Value {
        let cell = try nextCell()
        do {
            return try Value.decode(cell)
        } catch {
            throw unreadable("\(type)", error)
        }
    }

    /// The next column's value as it lies in libpq's memory.
    @usableFromInline
    mutating func nextCell() throws -> Cell {
        guard column < PQnfields(result) else {
            throw PostgresError(
                kind: .decoding, message: "column \(column + 1) was asked for, and there are \(PQnfields(result))")
        }
        defer { column += 1 }
        let type = PQftype(result, column)
        guard PQgetisnull(result, index, column) == 0 else { return Cell(type: type, bytes: nil) }
        let count = Int(PQgetlength(result, index, column))
        return Cell(type: type, bytes: UnsafeRawBufferPointer(start: PQgetvalue(result, index, column), count: count))
    }

    @usableFromInline
    func unreadable(_ type: String, _ failure: DecodingFailure) -> PostgresError {
        let name = String(cString: PQfname(result, column - 1))
        return PostgresError(kind: .decoding, message: "column \(name), read as \(type), \(failure.reason)")
    }
}
