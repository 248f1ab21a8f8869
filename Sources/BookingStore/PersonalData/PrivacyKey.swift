import CLibcrypto

/// The key of the hashes that are kept of erased clients; it is stored outside the database.
///
/// Phone numbers are few enough to try all of them: without the key, a hash would reveal the number.
public struct PrivacyKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// The minimum number of bytes.
    public static let minimumLength = 32

    private let bytes: [UInt8]

    /// Creates a key.
    ///
    /// - Parameter bytes: The random bytes; `nil` is returned if there are fewer than ``minimumLength``.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.minimumLength else { return nil }
        self.bytes = bytes
    }

    /// A placeholder: the key must not be printed.
    public var description: String { "…" }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Returns the HMAC-SHA256 (RFC 2104) of a text in hexadecimal.
    func digest(of text: String) -> String {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        let text = Array(text.utf8)
        // The arguments are valid; only a library without SHA-256 could fail.
        guard HMAC(EVP_sha256(), bytes, Int32(bytes.count), text, text.count, &digest, &length) != nil else {
            preconditionFailure("libcrypto has no SHA-256")
        }
        return digest.prefix(Int(length)).map { byte in
            let hex = String(byte, radix: 16)
            return hex.count == 1 ? "0\(hex)" : hex
        }.joined()
    }

    /// The text whose hash identifies the key in the database.
    static let checkedText = "intro privacy key"
}

/// Reads the key when it is needed; returns `nil` if none is configured.
public typealias PrivacyKeySource = @Sendable () throws -> PrivacyKey?

/// An error for a key that is needed and not configured, or that is not the one whose hashes are stored.
public enum PrivacyKeyError: Error, Sendable, Equatable {
    /// A client cannot be erased without a key, because their free session is used.
    case neededToErase
    /// The free sessions of erased clients cannot be compared without the key.
    case neededToCompare
    /// The database contains hashes of another key.
    case isAnother
}
