public import FoundationEssentials

/// One value of a result, in PostgreSQL's binary format, still in libpq's memory.
public struct Cell {
    /// The object id of its type.
    public let type: UInt32
    /// The octets; `nil` is NULL.
    ///
    /// Valid only while the value is decoded.
    public let bytes: UnsafeRawBufferPointer?

    /// The octets of a value that is not NULL and is of one of some types.
    ///
    /// - Parameters:
    ///   - types: The types that the caller understands.
    ///   - size: How many octets there must be; `nil` is any number.
    /// - Returns: The octets.
    /// - Throws: ``DecodingFailure``.
    public func octets(of types: UInt32..., size: Int? = nil) throws(DecodingFailure) -> UnsafeRawBufferPointer {
        guard types.contains(type) else { throw DecodingFailure("is of type \(type), not \(types)") }
        guard let bytes else { throw DecodingFailure("is NULL") }
        guard size == nil || bytes.count == size else { throw DecodingFailure("has \(bytes.count) octets") }
        return bytes
    }
}

/// A value that is not what the caller asked for.
public struct DecodingFailure: Error, Sendable {
    /// What is wrong; never the value itself.
    public let reason: String

    /// Reports a value that cannot be read.
    public init(_ reason: String) {
        self.reason = reason
    }
}

/// A value that can be read from a result.
public protocol PostgresDecodable: Sendable {
    /// Reads a value.
    static func decode(_ cell: Cell) throws(DecodingFailure) -> Self
}

extension UnsafeRawBufferPointer {
    /// The integer in network byte order at an offset, which the caller has checked.
    func bigEndian<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int = 0) -> Value {
        Value(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}

extension Bool: PostgresDecodable {
    /// Reads `boolean`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Bool {
        try cell.octets(of: PostgresType.bool, size: 1)[0] != 0
    }
}

extension Int16: PostgresDecodable {
    /// Reads `smallint`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Int16 {
        try cell.octets(of: PostgresType.int2, size: 2).bigEndian(Int16.self)
    }
}

extension Int32: PostgresDecodable {
    /// Reads `integer`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Int32 {
        try cell.octets(of: PostgresType.int4, size: 4).bigEndian(Int32.self)
    }
}

extension Int64: PostgresDecodable {
    /// Reads `bigint`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Int64 {
        try cell.octets(of: PostgresType.int8, size: 8).bigEndian(Int64.self)
    }
}

extension Int: PostgresDecodable {
    /// Reads any of PostgreSQL's integers.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Int {
        switch cell.type {
        case PostgresType.int2: Int(try Int16.decode(cell))
        case PostgresType.int4: Int(try Int32.decode(cell))
        default: Int(try Int64.decode(cell))
        }
    }
}

extension Double: PostgresDecodable {
    /// Reads `double precision` and `real`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Double {
        if cell.type == PostgresType.float4 {
            return Double(Float(bitPattern: try cell.octets(of: PostgresType.float4, size: 4).bigEndian(UInt32.self)))
        }
        return Double(bitPattern: try cell.octets(of: PostgresType.float8, size: 8).bigEndian(UInt64.self))
    }
}

extension String: PostgresDecodable {
    /// Reads `text`, every type whose binary form is text (names, enums, `json`), and `jsonb`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> String {
        let octets = try textOctets(of: cell).bindMemory(to: UInt8.self)
        guard let text = try? UTF8Span(validating: octets.span) else { throw DecodingFailure("is not UTF-8") }
        return String(copying: text)
    }

    private static func textOctets(of cell: Cell) throws(DecodingFailure) -> UnsafeRawBufferPointer {
        if PostgresType.isText(cell.type) { return try cell.octets(of: cell.type) }
        guard cell.type == PostgresType.jsonb else {
            throw DecodingFailure("is of type \(cell.type), which is no text")
        }
        let octets = try cell.octets(of: PostgresType.jsonb)
        // A version stands before the text.
        guard octets.first == 1 else { throw DecodingFailure("is jsonb of an unknown version") }
        return UnsafeRawBufferPointer(rebasing: octets.dropFirst())
    }
}

extension Date: PostgresDecodable {
    /// Reads `timestamptz`; an infinite one is no instant.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Date {
        let microseconds = try cell.octets(of: PostgresType.timestamptz, size: 8).bigEndian(Int64.self)
        guard microseconds != .max, microseconds != .min else { throw DecodingFailure("is infinite") }
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return Date(
            timeIntervalSinceReferenceDate: Double(seconds) - secondsFrom2000 + Double(rest) / 1_000_000)
    }
}

extension UUID: PostgresDecodable {
    /// Reads `uuid`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> UUID {
        UUID(uuid: try cell.octets(of: PostgresType.uuid, size: 16).loadUnaligned(as: uuid_t.self))
    }
}

extension Bytes: PostgresDecodable {
    /// Reads `bytea`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Bytes {
        Bytes([UInt8](try cell.octets(of: PostgresType.bytea)))
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// Reads NULL as `nil`.
    @inlinable
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Wrapped? {
        cell.bytes == nil ? nil : try Wrapped.decode(cell)
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    /// Reads an array of one dimension.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> [Element] {
        let bytes = try cell.octets(of: cell.type)
        guard bytes.count >= 12 else { throw DecodingFailure("is no array") }
        let dimensions = bytes.bigEndian(Int32.self)
        guard dimensions != 0 else { return [] }
        guard dimensions == 1, bytes.count >= 20 else { throw DecodingFailure("has \(dimensions) dimensions") }
        let type = bytes.bigEndian(UInt32.self, at: 8)
        let count = Int(bytes.bigEndian(Int32.self, at: 12))
        var elements: [Element] = []
        elements.reserveCapacity(Swift.min(Swift.max(count, 0), bytes.count / 4))
        var offset = 20
        for _ in 0..<Swift.max(count, 0) {
            guard offset + 4 <= bytes.count else { throw DecodingFailure("ends early") }
            let length = Int(bytes.bigEndian(Int32.self, at: offset))
            offset += 4
            guard length >= 0 else {
                elements.append(try Element.decode(Cell(type: type, bytes: nil)))
                continue
            }
            guard offset + length <= bytes.count else { throw DecodingFailure("ends early") }
            let octets = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
            elements.append(try Element.decode(Cell(type: type, bytes: octets)))
            offset += length
        }
        return elements
    }
}
