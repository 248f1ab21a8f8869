import Testing

@testable import Messaging

@Suite("unsafe text")
struct UnsafeTextTests {
    @Test("is found in the octets exactly where the characters are unsafe")
    func octets() {
        for value in 0..<UInt32(0x3000) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isKept = scalar == "\n" || scalar == "\t" || !(scalar.isControl || scalar.isDirectionOverride)
            let text = "a\(scalar)"
            #expect((text.safeMultiline.unicodeScalars.elementsEqual(text.unicodeScalars)) == isKept, "U+\(value)")
        }
    }

    @Test(
        "becomes one line without its line end",
        arguments: [
            ("250 2.1.0 Ok\r\n", "250 2.1.0 Ok"), ("a\n", "a"), (" a  b \r\n", "a b"), ("\r\n", ""), ("", ""),
            ("é\n\n", "é"), ("a\nb\n", "a b"),
        ])
    func singleLine(text: String, line: String) {
        #expect(text.safeSingleLine == line)
    }
}
