import CLibpq

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
