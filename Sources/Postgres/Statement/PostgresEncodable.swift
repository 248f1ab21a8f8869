public import FoundationEssentials

/// A type that can be sent as a bind, in PostgreSQL's binary format.
public protocol PostgresEncodable: Sendable {
    /// The OID of the type.
    static var postgresType: UInt32 { get }
    /// The OID of the array type.
    static var postgresArrayType: UInt32 { get }
    /// Whether the value is sent as NULL.
    var isNull: Bool { get }
    /// Appends the binary form.
    func encode(into bytes: inout [UInt8]) throws(EncodingFailure)
}

/// The error for a value that PostgreSQL cannot store.
public struct EncodingFailure: Error, Sendable {
    /// The reason, without the value itself.
    public let reason: String

    /// Creates an error with a reason.
    public init(_ reason: String) {
        self.reason = reason
    }
}

extension PostgresEncodable {
    /// Only `nil` is sent as NULL.
    public var isNull: Bool { false }
}

extension [UInt8] {
    /// Appends a big-endian integer.
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}

extension Bool: PostgresEncodable {
    /// `boolean`.
    public static var postgresType: UInt32 { PostgresType.bool }
    /// `boolean[]`.
    public static var postgresArrayType: UInt32 { PostgresType.boolArray }
    /// Appends one byte.
    public func encode(into bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
}

extension Int16: PostgresEncodable {
    /// `smallint`.
    public static var postgresType: UInt32 { PostgresType.int2 }
    /// `smallint[]`.
    public static var postgresArrayType: UInt32 { PostgresType.int2Array }
    /// Appends two bytes.
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}

extension Int32: PostgresEncodable {
    /// `integer`.
    public static var postgresType: UInt32 { PostgresType.int4 }
    /// `integer[]`.
    public static var postgresArrayType: UInt32 { PostgresType.int4Array }
    /// Appends four bytes.
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}

extension Int64: PostgresEncodable {
    /// `bigint`.
    public static var postgresType: UInt32 { PostgresType.int8 }
    /// `bigint[]`.
    public static var postgresArrayType: UInt32 { PostgresType.int8Array }
    /// Appends eight bytes.
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}

extension Int: PostgresEncodable {
    /// `bigint`.
    public static var postgresType: UInt32 { PostgresType.int8 }
    /// `bigint[]`.
    public static var postgresArrayType: UInt32 { PostgresType.int8Array }
    /// Appends eight bytes.
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: Int64(self)) }
}

extension Double: PostgresEncodable {
    /// `double precision`.
    public static var postgresType: UInt32 { PostgresType.float8 }
    /// `double precision[]`.
    public static var postgresArrayType: UInt32 { PostgresType.float8Array }
    /// Appends eight bytes, IEEE 754.
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: bitPattern) }
}

extension String: PostgresEncodable {
    /// `text`.
    public static var postgresType: UInt32 { PostgresType.text }
    /// `text[]`.
    public static var postgresArrayType: UInt32 { PostgresType.textArray }
    /// Appends UTF-8.
    ///
    /// PostgreSQL's `text` cannot store a NUL character.
    public func encode(into bytes: inout [UInt8]) throws(EncodingFailure) {
        guard !utf8.contains(0) else { throw EncodingFailure("a text that holds a NUL character") }
        bytes.append(contentsOf: utf8)
    }
}

extension Date: PostgresEncodable {
    /// `timestamptz`.
    public static var postgresType: UInt32 { PostgresType.timestamptz }
    /// `timestamptz[]`.
    public static var postgresArrayType: UInt32 { PostgresType.timestamptzArray }
    /// Appends the microseconds since 2000-01-01 UTC.
    public func encode(into bytes: inout [UInt8]) throws(EncodingFailure) {
        let microseconds = ((timeIntervalSinceReferenceDate + Self.secondsFrom2000) * 1_000_000).rounded()
        // From 4714 BC to 294276 AD (`MIN_TIMESTAMP`, `END_TIMESTAMP`); NaN fails both comparisons.
        guard microseconds >= -211_813_488_000_000_000, microseconds < 9_223_371_331_200_000_000 else {
            throw EncodingFailure("an instant outside PostgreSQL's range")
        }
        bytes.append(bigEndian: Int64(microseconds))
    }

    /// The seconds from PostgreSQL's epoch, 2000-01-01, to Foundation's reference date, 2001-01-01.
    static let secondsFrom2000: TimeInterval = 366 * 86_400
}

extension UUID: PostgresEncodable {
    /// `uuid`.
    public static var postgresType: UInt32 { PostgresType.uuid }
    /// `uuid[]`.
    public static var postgresArrayType: UInt32 { PostgresType.uuidArray }
    /// Appends sixteen bytes.
    public func encode(into bytes: inout [UInt8]) {
        withUnsafeBytes(of: uuid) { bytes.append(contentsOf: $0) }
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// The OID for the wrapped type.
    public static var postgresType: UInt32 { Wrapped.postgresType }
    /// The OID for the wrapped type.
    public static var postgresArrayType: UInt32 { Wrapped.postgresArrayType }
    /// Whether the value is `nil`.
    public var isNull: Bool { self == nil }
    /// Appends the wrapped value.
    public func encode(into bytes: inout [UInt8]) throws(EncodingFailure) {
        try self?.encode(into: &bytes)
    }
}

extension Array: PostgresEncodable where Element: PostgresEncodable {
    /// The OID of the array type; `[UInt8]` is not supported, since `UInt8` is not encodable.
    public static var postgresType: UInt32 { Element.postgresArrayType }
    /// The same OID: PostgreSQL's multidimensional arrays have the type of one-dimensional ones.
    public static var postgresArrayType: UInt32 { Element.postgresArrayType }
    /// Appends a one-dimensional array with lower bound 1.
    public func encode(into bytes: inout [UInt8]) throws(EncodingFailure) {
        bytes.append(bigEndian: Int32(isEmpty ? 0 : 1))
        bytes.append(bigEndian: Int32(contains { $0.isNull } ? 1 : 0))
        bytes.append(bigEndian: Element.postgresType)
        guard !isEmpty else { return }
        bytes.append(bigEndian: Int32(count))
        bytes.append(bigEndian: Int32(1))
        for element in self {
            guard !element.isNull else {
                bytes.append(bigEndian: Int32(-1))
                continue
            }
            let lengthAt = bytes.count
            bytes.append(bigEndian: Int32(0))
            try element.encode(into: &bytes)
            Swift.withUnsafeBytes(of: Int32(bytes.count - lengthAt - 4).bigEndian) { length in
                bytes.replaceSubrange(lengthAt..<lengthAt + 4, with: length)
            }
        }
    }
}

/// A sequence of bytes, PostgreSQL's `bytea`.
public struct Bytes: Sendable, Hashable, PostgresEncodable {
    /// The bytes.
    public let octets: [UInt8]

    /// Creates a value from bytes.
    public init(_ octets: [UInt8]) {
        self.octets = octets
    }

    /// `bytea`.
    public static var postgresType: UInt32 { PostgresType.bytea }
    /// `bytea[]`.
    public static var postgresArrayType: UInt32 { PostgresType.byteaArray }
    /// Appends the bytes unchanged.
    public func encode(into bytes: inout [UInt8]) { bytes += octets }
}

/// The OIDs of PostgreSQL's built-in types, which never change (`pg_type.dat`).
enum PostgresType {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let timestamptz: UInt32 = 1184
    static let uuid: UInt32 = 2950
    static let jsonb: UInt32 = 3802

    static let boolArray: UInt32 = 1000
    static let byteaArray: UInt32 = 1001
    static let int2Array: UInt32 = 1005
    static let int4Array: UInt32 = 1007
    static let textArray: UInt32 = 1009
    static let int8Array: UInt32 = 1016
    static let float8Array: UInt32 = 1022
    static let timestamptzArray: UInt32 = 1185
    static let uuidArray: UInt32 = 2951

    /// Returns whether a type's binary form is its text.
    ///
    /// Enums, and types of extensions such as `citext`, have OIDs from `FirstNormalObjectId` on.
    static func isText(_ type: UInt32) -> Bool {
        type >= 16_384 || texts.contains(type)
    }

    /// The built-in text types: `"char"`, `name`, `text`, `json`, `xml`, `unknown`, `char(n)`, `varchar(n)`, `cstring`.
    ///
    /// A value of a domain is sent with the OID of its base type.
    private static let texts: Set<UInt32> = [18, name, text, 114, 142, 705, 1042, 1043, 2275]
}
