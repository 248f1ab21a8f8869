public import FoundationEssentials

/// A value of a result in PostgreSQL's binary format, in libpq's memory.
public struct Cell {
    /// The OID of the type.
    public let type: UInt32
    /// The bytes; `nil` is NULL.
    ///
    /// Valid only while the value is decoded.
    public let bytes: UnsafeRawBufferPointer?

    /// Returns the bytes of a value that is not NULL and has one of the given types.
    ///
    /// - Parameters:
    ///   - types: The OIDs of the supported types.
    ///   - size: The required number of bytes; `nil` means any.
    /// - Returns: The bytes.
    /// - Throws: ``DecodingFailure``.
    public func octets(of types: UInt32..., size: Int? = nil) throws(DecodingFailure) -> UnsafeRawBufferPointer {
        guard types.contains(type) else { throw DecodingFailure("is of type \(type), not \(types)") }
        guard let bytes else { throw DecodingFailure("is NULL") }
        guard size == nil || bytes.count == size else { throw DecodingFailure("has \(bytes.count) octets") }
        return bytes
    }
}

/// The error for a value that cannot be decoded.
public struct DecodingFailure: Error, Sendable {
    /// The reason, without the value itself.
    public let reason: String

    /// Creates an error with a reason.
    public init(_ reason: String) {
        self.reason = reason
    }
}

/// A type that can be decoded from a value of a result.
public protocol PostgresDecodable: Sendable {
    /// Decodes a value.
    static func decode(_ cell: Cell) throws(DecodingFailure) -> Self
}

extension UnsafeRawBufferPointer {
    /// Returns the big-endian integer at an offset, which the caller must have checked.
    func bigEndian<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int = 0) -> Value {
        Value(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}

extension Bool: PostgresDecodable {
    /// Decodes `boolean`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Bool {
        try cell.octets(of: PostgresType.bool, size: 1)[0] != 0
    }
}

extension Int16: PostgresDecodable {
    /// Decodes `smallint`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Int16 {
        try cell.octets(of: PostgresType.int2, size: 2).bigEndian(Int16.self)
    }
}

extension Int32: PostgresDecodable {
    /// Decodes `integer`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Int32 {
        try cell.octets(of: PostgresType.int4, size: 4).bigEndian(Int32.self)
    }
}

extension Int64: PostgresDecodable {
    /// Decodes `bigint`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Int64 {
        try cell.octets(of: PostgresType.int8, size: 8).bigEndian(Int64.self)
    }
}

extension Int: PostgresDecodable {
    /// Decodes `smallint`, `integer` and `bigint`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Int {
        switch cell.type {
        case PostgresType.int2: Int(try Int16.decode(cell))
        case PostgresType.int4: Int(try Int32.decode(cell))
        default: Int(try Int64.decode(cell))
        }
    }
}

extension Double: PostgresDecodable {
    /// Decodes `double precision` and `real`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Double {
        if cell.type == PostgresType.float4 {
            return Double(Float(bitPattern: try cell.octets(of: PostgresType.float4, size: 4).bigEndian(UInt32.self)))
        }
        return Double(bitPattern: try cell.octets(of: PostgresType.float8, size: 8).bigEndian(UInt64.self))
    }
}

extension String: PostgresDecodable {
    /// Decodes `text`, `jsonb`, and every type whose binary form is text (names, enums, `json`).
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> String {
        let octets = try textOctets(of: cell).bindMemory(to: UInt8.self)
        guard let text = try? UTF8Span(validating: octets.span) else { throw DecodingFailure("is not UTF-8") }
        return String(copying: text)
    }

    private static func textOctets(of cell: Cell) throws(DecodingFailure) -> UnsafeRawBufferPointer {
        if PostgresType.isText(cell.type) { return try cell.octets(of: cell.type) }
        guard cell.type == PostgresType.jsonb else {
            throw DecodingFailure("is of type \(cell.type), which is not a text type")
        }
        let octets = try cell.octets(of: PostgresType.jsonb)
        // The text is preceded by a version byte.
        guard octets.first == 1 else { throw DecodingFailure("is jsonb of an unknown version") }
        return UnsafeRawBufferPointer(rebasing: octets.dropFirst())
    }
}

extension Date: PostgresDecodable {
    /// Decodes a finite `timestamptz`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Date {
        let microseconds = try cell.octets(of: PostgresType.timestamptz, size: 8).bigEndian(Int64.self)
        guard microseconds != .max, microseconds != .min else { throw DecodingFailure("is infinite") }
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return Date(
            timeIntervalSinceReferenceDate: Double(seconds) - secondsFrom2000 + Double(rest) / 1_000_000)
    }
}

extension UUID: PostgresDecodable {
    /// Decodes `uuid`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> UUID {
        UUID(uuid: try cell.octets(of: PostgresType.uuid, size: 16).loadUnaligned(as: uuid_t.self))
    }
}

extension Bytes: PostgresDecodable {
    /// Decodes `bytea`.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Bytes {
        Bytes([UInt8](try cell.octets(of: PostgresType.bytea)))
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// Decodes NULL as `nil`.
    @inlinable
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> Wrapped? {
        cell.bytes == nil ? nil : try Wrapped.decode(cell)
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    /// Decodes a one-dimensional array.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> [Element] {
        let bytes = try cell.octets(of: cell.type)
        guard bytes.count >= 12 else { throw DecodingFailure("is not an array") }
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
