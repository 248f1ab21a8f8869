/// How many segments a text takes on its way, which is what it costs.
public struct TextSegments: Hashable, Sendable {
    /// The encoding: GSM-7 if the alphabet has every character, else UCS-2 for the whole text.
    public let encoding: TextEncoding
    /// How many units the text takes: septets of GSM-7, 16-bit units of UCS-2.
    public let units: Int
    /// How many segments; none for no text.
    public let count: Int

    /// Counts the segments of a text.
    ///
    /// A character that takes two units never straddles two segments, so a segment may stay one unit short.
    ///
    /// - Parameter text: The text as it is sent; nothing is replaced in it.
    public init(of text: String) {
        let (encoding, widths) = Self.widths(of: text)
        self.encoding = encoding
        units = widths.reduce(0, +)
        count = units <= encoding.unitsOfSingle ? min(units, 1) : Self.parts(widths, room: encoding.unitsOfPart)
    }

    /// The characters of a text that GSM-7 lacks, each once, in order: they make the whole text go as UCS-2.
    public static func charactersBeyondGSM7(in text: String) -> [Character] {
        var found: [Character] = []
        for character in text where !found.contains(character) {
            if character.unicodeScalars.contains(where: { TextEncoding.gsm7.units(of: $0) == nil }) {
                found.append(character)
            }
        }
        return found
    }

    private static func widths(of text: String) -> (TextEncoding, [Int]) {
        let septets = text.unicodeScalars.map { TextEncoding.gsm7.units(of: $0) }
        if !septets.contains(nil) { return (.gsm7, septets.compactMap(\.self)) }
        return (.ucs2, text.unicodeScalars.compactMap { TextEncoding.ucs2.units(of: $0) })
    }

    private static func parts(_ widths: [Int], room: Int) -> Int {
        var (parts, left) = (0, 0)
        for width in widths {
            if width > left { (parts, left) = (parts + 1, room) }
            left -= width
        }
        return parts
    }
}
