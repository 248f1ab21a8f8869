import Testing

@testable import LocalPostgres

@Suite("SHA-256")
struct SHA256Tests {
    @Test(
        "gives the digests of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func vectors(text: String, digest: String) {
        let hash = SHA256()
        hash.update(text.utf8)
        #expect(hexadecimal(hash.digest()) == digest)
    }

    @Test("does not depend on the lengths of the parts", arguments: [1, 55, 56, 63, 64, 65, 1_000])
    func parts(length: Int) {
        let octets = [UInt8](repeating: UInt8(ascii: "a"), count: 10_000)
        let hash = SHA256()
        for start in stride(from: 0, to: octets.count, by: length) {
            hash.update(octets[start..<min(start + length, octets.count)])
        }
        #expect(hexadecimal(hash.digest()) == "27dd1f61b867b6a0f6e9d8a41c43231de52107e53ae424de8f847b821db4b711")
    }

    private func hexadecimal(_ octets: [UInt8]) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
