/// The text of an embedded file, and a checksum that tells when it changed.
struct SchemaText: Sendable {
    let sql: String
    /// FNV-1a, 64 bits, in hexadecimal: it guards against an edited file, not against an attacker.
    let checksum: String

    init(_ bytes: [UInt8]) {
        sql = String(decoding: bytes, as: UTF8.self)
        let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        checksum = String(hash, radix: 16)
    }
}
