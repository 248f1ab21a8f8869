import Testing

@testable import Messaging

@Suite("Unsafe text")
struct UnsafeTextTests {
    @Test("replaces exactly the unsafe characters")
    func octets() {
        for value in 0..<UInt32(0x3000) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isKept = scalar == "\n" || scalar == "\t" || !(scalar.isControl || scalar.isDirectionOverride)
            let text = "a\(scalar)"
            #expect((text.safeMultiline.unicodeScalars.elementsEqual(text.unicodeScalars)) == isKept, "U+\(value)")
        }
    }

    @Test(
        "a single line has no line ending and no runs of spaces",
        arguments: [
            ("250 2.1.0 Ok\r\n", "250 2.1.0 Ok"), ("a\n", "a"), (" a  b \r\n", "a b"), ("\r\n", ""), ("", ""),
            ("é\n\n", "é"), ("a\nb\n", "a b"),
        ])
    func singleLine(text: String, line: String) {
        #expect(text.safeSingleLine == line)
    }
}
