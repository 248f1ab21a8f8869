import CLibpq

/// The result of a statement.
///
/// The values stay in libpq's memory until they are decoded.
public struct Rows: Sendable {
    private let result: ResultMemory

    init(_ result: ResultMemory) {
        self.result = result
    }

    /// The number of rows.
    public var count: Int { Int(PQntuples(result.pointer)) }

    /// The number of rows that the statement inserted, updated, deleted or selected.
    public var affected: Int { Int(String(cString: PQcmdTuples(result.pointer))) ?? 0 }

    /// The names of the columns.
    public var columns: [String] {
        (0..<PQnfields(result.pointer)).map { String(cString: PQfname(result.pointer, $0)) }
    }

    /// The command tag, such as `COMMIT`.
    var command: String { String(cString: PQcmdStatus(result.pointer)) }

    /// Decodes all rows: `for (id, name) in try rows.decode((Int64, String).self)`.
    ///
    /// - Parameter type: The types of the columns, in order.
    /// - Returns: The rows, in order.
    /// - Throws: ``PostgresError`` of the kind `decoding` where a column has another type.
    @inlinable
    public func decode<each Column: PostgresDecodable>(
        _ type: (repeat each Column).Type
    ) throws -> [(repeat each Column)] {
        var width: Int32 = 0
        for _ in repeat (each Column).self { width += 1 }
        try assertWidth(width)
        return try map { row in (repeat try row.next((each Column).self)) }
    }

    /// Decodes all rows of a single column: `let ids = try rows.decode(Int64.self)`.
    ///
    /// - Parameter type: The column's type.
    /// - Returns: The rows, in order.
    /// - Throws: ``PostgresError`` of the kind `decoding` where the column has another type, or there are more columns.
    @inlinable
    public func decode<Column: PostgresDecodable>(_ type: Column.Type) throws -> [Column] {
        try assertWidth(1)
        return try map { row in try row.next(type) }
    }

    /// Returns the values that a body makes from each row, reading its columns in order.
    ///
    /// - Parameter body: The body that makes a value.
    /// - Returns: The values, in order.
    /// - Throws: The error of the body, or ``PostgresError`` of the kind `decoding`.
    @inlinable
    public func map<Value>(_ body: (inout Row) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        try forEach { values.append(try body(&$0)) }
        return values
    }

    /// Calls a body with each row; the body reads as many columns as it needs, in order.
    ///
    /// - Parameter body: The body that reads the row.
    /// - Throws: The error of the body, or ``PostgresError`` of the kind `decoding`.
    @inlinable
    public func forEach(_ body: (inout Row) throws -> Void) throws {
        // A row points into the result, but does not retain it.
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

/// The owner of a `PGresult`.
///
/// `@unchecked Sendable`: libpq does not modify a result after returning it, reading it takes no lock and writes
/// nothing, and it is freed once, when this object is deinitialized.
final class ResultMemory: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        PQclear(pointer)
    }
}

/// A row of a result, read column by column in order: `Place(id: try row.next(), name: try row.next())`.
///
/// A row is valid only within ``Rows/map(_:)`` and ``Rows/forEach(_:)``.
public struct Row: ~Copyable {
    @usableFromInline let result: OpaquePointer
    @usableFromInline let index: Int32
    @usableFromInline var column: Int32 = 0

    init(_ result: OpaquePointer, index: Int32) {
        self.result = result
        self.index = index
    }

    /// Decodes the next column.
    ///
    /// - Parameter type: The column's type, usually inferred.
    /// - Returns: The value.
    /// - Throws: ``PostgresError`` of the kind `decoding` where the column has another type, or there is none.
    @inlinable
    public mutating func next<Value: PostgresDecodable>(_ type: Value.Type = Value.self) throws -> Value {
        let cell = try nextCell()
        do {
            return try Value.decode(cell)
        } catch {
            throw unreadable("\(type)", error)
        }
    }

    /// Returns the next column's value in libpq's memory.
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
