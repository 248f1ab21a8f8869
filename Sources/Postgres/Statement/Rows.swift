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
    public func decode<each Column: PostgresDecodable>(
        _ type: (repeat each Column).Type
    ) throws -> [(repeat each Column)] {
        var width: Int32 = 0
        for _ in repeat (each Column).self { width += 1 }
        try assertWidth(width)
        var rows: [(repeat each Column)] = []
        rows.reserveCapacity(count)
        for row in 0..<Int32(count) {
            var column: Int32 = 0
            rows.append((repeat try decode((each Column).self, row, &column)))
        }
        return rows
    }

    /// Reads all rows of a single column: `let ids = try rows.decode(Int64.self)`.
    ///
    /// - Parameter type: The column's type.
    /// - Returns: The rows, in order.
    /// - Throws: ``PostgresError`` of the kind `decoding` where the column is something else, or there are more.
    public func decode<Column: PostgresDecodable>(_ type: Column.Type) throws -> [Column] {
        try assertWidth(1)
        return try (0..<Int32(count)).map { row in
            var column: Int32 = 0
            return try decode(type, row, &column)
        }
    }

    private func assertWidth(_ width: Int32) throws {
        guard width == PQnfields(result.pointer) else {
            throw PostgresError(
                kind: .decoding, message: "\(width) columns were asked for, and there are \(PQnfields(result.pointer))")
        }
    }

    private func decode<Value: PostgresDecodable>(
        _ type: Value.Type, _ row: Int32, _ column: inout Int32
    ) throws -> Value {
        defer { column += 1 }
        let pointer = result.pointer
        let bytes =
            PQgetisnull(pointer, row, column) == 1
            ? nil
            : UnsafeRawBufferPointer(
                start: PQgetvalue(pointer, row, column), count: Int(PQgetlength(pointer, row, column)))
        do {
            return try Value.decode(Cell(type: PQftype(pointer, column), bytes: bytes))
        } catch {
            throw PostgresError(
                kind: .decoding, message: "column \(columns[Int(column)]), read as \(type), \(error.reason)")
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
