import Messaging
import SeededRandom
import Testing

/// A reference implementation: the alphabet as code points, and the segments by dynamic programming.
private enum SegmentModel {
    static let basic: Set<UInt32> = Set(0x20...0x7E)
        .subtracting([0x5B, 0x5C, 0x5D, 0x5E, 0x60, 0x7B, 0x7C, 0x7D, 0x7E])
        .union([
            0x0A, 0x0D, 0xA1, 0xA3, 0xA4, 0xA5, 0xA7, 0xBF, 0xC4, 0xC5, 0xC6, 0xC7, 0xC9, 0xD1, 0xD6, 0xD8, 0xDC, 0xDF,
            0xE0, 0xE4, 0xE5, 0xE6, 0xE8, 0xE9, 0xEC, 0xF1, 0xF2, 0xF6, 0xF8, 0xF9, 0xFC, 0x393, 0x394, 0x398, 0x39B,
            0x39E, 0x3A0, 0x3A3, 0x3A6, 0x3A8, 0x3A9,
        ])
    static let extended: Set<UInt32> = [0x0C, 0x5B, 0x5C, 0x5D, 0x5E, 0x7B, 0x7C, 0x7D, 0x7E, 0x20AC]

    static func count(_ text: String) -> Int {
        let values = text.unicodeScalars.map(\.value)
        let isGSM = values.allSatisfy { basic.contains($0) || extended.contains($0) }
        let widths = isGSM ? values.map { extended.contains($0) ? 2 : 1 } : values.map { $0 > 0xFFFF ? 2 : 1 }
        if widths.isEmpty { return 0 }
        if widths.reduce(0, +) <= (isGSM ? 160 : 70) { return 1 }
        return fewest(widths, room: isGSM ? 153 : 67)
    }

    /// Returns the minimum number of pieces that each fit into the room, over all cuts between characters.
    private static func fewest(_ widths: [Int], room: Int) -> Int {
        var best = [0]
        for end in 1...widths.count {
            var (sum, start, fewest) = (0, end, Int.max)
            while start > 0, sum + widths[start - 1] <= room {
                start -= 1
                sum += widths[start]
                fewest = min(fewest, best[start] + 1)
            }
            best.append(fewest)
        }
        return best[widths.count]
    }
}

@Suite("Text message segments")
struct TextSegmentsTests {
    private func segments(_ text: String) -> [String] {
        let segments = TextSegments(of: text)
        return [segments.encoding.rawValue, String(segments.units), String(segments.count)]
    }

    private static let table: [(String, [String])] = [
        ("", ["GSM-7", "0", "0"]),
        ("a", ["GSM-7", "1", "1"]),
        (String(repeating: "a", count: 160), ["GSM-7", "160", "1"]),
        (String(repeating: "a", count: 161), ["GSM-7", "161", "2"]),
        (String(repeating: "a", count: 306), ["GSM-7", "306", "2"]),
        (String(repeating: "a", count: 307), ["GSM-7", "307", "3"]),
        (String(repeating: "€", count: 80), ["GSM-7", "160", "1"]),
        (String(repeating: "€", count: 81), ["GSM-7", "162", "2"]),
        // 153 is odd, so each of two full segments holds 76 euro signs and has one unused septet.
        (String(repeating: "€", count: 152), ["GSM-7", "304", "2"]),
        (String(repeating: "€", count: 153), ["GSM-7", "306", "3"]),
        ("a" + String(repeating: "€", count: 152), ["GSM-7", "305", "2"]),
        ("[]{}\\~^|€", ["GSM-7", "18", "1"]),
        ("à é ù ì ò ñ ü Ç\n", ["GSM-7", "16", "1"]),
        ("á", ["UCS-2", "1", "1"]), ("`", ["UCS-2", "1", "1"]), ("ç", ["UCS-2", "1", "1"]),
        ("\t", ["UCS-2", "1", "1"]), ("’", ["UCS-2", "1", "1"]), ("e\u{301}", ["UCS-2", "2", "1"]),
        (String(repeating: "я", count: 70), ["UCS-2", "70", "1"]),
        (String(repeating: "я", count: 71), ["UCS-2", "71", "2"]),
        (String(repeating: "я", count: 134), ["UCS-2", "134", "2"]),
        (String(repeating: "я", count: 135), ["UCS-2", "135", "3"]),
        (String(repeating: "👋", count: 35), ["UCS-2", "70", "1"]),
        (String(repeating: "👋", count: 66), ["UCS-2", "132", "2"]),
        (String(repeating: "👋", count: 67), ["UCS-2", "134", "3"]),
    ]

    @Test("counts the segments of known texts", arguments: table)
    func known(text: String, expected: [String]) {
        #expect(segments(text) == expected)
        #expect(TextSegments(of: text).count == SegmentModel.count(text))
    }

    @Test("classifies each character of the Basic Multilingual Plane according to GSM-7")
    func alphabet() {
        for value: UInt32 in 0...0xFFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let segments = TextSegments(of: String(scalar))
            let isBasic = SegmentModel.basic.contains(value)
            let isExtended = SegmentModel.extended.contains(value)
            #expect(segments.encoding == (isBasic || isExtended ? .gsm7 : .ucs2))
            #expect(segments.units == (isExtended ? 2 : 1))
        }
    }

    @Test("mixed texts have the minimum number of segments")
    func mixtures() {
        var generator = SeededGenerator(seed: 7)
        let pools: [[Character]] = [["a", "é"], ["a", "€", "["], ["я", "a", "👋"], ["👋", "€"], ["a", "\u{301}"]]
        for _ in 0..<400 {
            let pool = pools[Int(generator.next() % UInt64(pools.count))]
            let length = Int(generator.next() % 500)
            let text = String((0..<length).map { _ in pool[Int(generator.next() % UInt64(pool.count))] })
            #expect(TextSegments(of: text).count == SegmentModel.count(text))
        }
    }

    @Test("lists each character outside GSM-7 once")
    func beyond() {
        #expect(TextSegments.charactersBeyondGSM7(in: "a ’b’ á [€] 👋 ’") == ["’", "á", "👋"])
        #expect(TextSegments.charactersBeyondGSM7(in: "Reply C to confirm.").isEmpty)
    }
}
