import CLibcrypto

/// The hash function SHA-256 (FIPS 180-4) of libcrypto, for the checksum of a back-up.
final class SHA256 {
    /// The number of octets of a digest.
    static let length = 32

    private let context: OpaquePointer

    /// Starts a hash.
    init() {
        // Only a library without SHA-256, or without memory, could fail.
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("libcrypto has no SHA-256")
        }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Adds octets.
    func update(_ octets: some Sequence<UInt8>) {
        let octets = Array(octets)
        EVP_DigestUpdate(context, octets, octets.count)
    }

    /// Returns the digest of all octets; call it once.
    func digest() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Self.length)
        EVP_DigestFinal_ex(context, &digest, nil)
        return digest
    }
}
