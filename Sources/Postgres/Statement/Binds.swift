/// The encoded binds of a statement, in one buffer.
struct Binds: Sendable {
    struct Bind: Sendable {
        let type: UInt32
        let offset: Int
        /// `nil` is NULL.
        let length: Int?
    }

    private(set) var bytes: [UInt8] = []
    private(set) var list: [Bind] = []
    /// Why a value cannot be sent; told when the statement is run, since a literal cannot throw.
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

    mutating func append(_ other: Binds) {
        let shift = bytes.count
        bytes += other.bytes
        list += other.list.map { Bind(type: $0.type, offset: $0.offset + shift, length: $0.length) }
        failure = failure ?? other.failure
    }

    /// Lends libpq its four parallel arrays.
    func withParameters<Result>(
        _ body: (
            _ count: Int32, _ types: [UInt32], _ values: [UnsafePointer<CChar>?], _ lengths: [Int32],
            _ formats: [Int32]
        ) throws -> Result
    ) rethrows -> Result {
        // One byte more, so that the buffer has an address also when all binds are empty or NULL.
        try (bytes + [0]).withUnsafeBytes { buffer in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = list.map { bind in bind.length == nil ? nil : base.map { UnsafePointer($0 + bind.offset) } }
            return try body(
                Int32(list.count), list.map(\.type), values, list.map { Int32($0.length ?? 0) },
                [Int32](repeating: 1, count: list.count))
        }
    }
}
