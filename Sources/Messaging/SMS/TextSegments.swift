/// The number of segments of a text message, which determines its price.
public struct TextSegments: Hashable, Sendable {
    /// The encoding: GSM-7 if its alphabet has every character, else UCS-2 for the whole text.
    public let encoding: TextEncoding
    /// The number of units: septets in GSM-7, 16-bit units in UCS-2.
    public let units: Int
    /// The number of segments; 0 for an empty text.
    public let count: Int

    /// Counts the segments of a text.
    ///
    /// A character that takes two units is never split between two segments, so a segment may have one unused unit.
    ///
    /// - Parameter text: The text as it is sent, without replacements.
    public init(of text: String) {
        let (encoding, widths) = Self.widths(of: text)
        self.encoding = encoding
        units = widths.reduce(0, +)
        count = units <= encoding.unitsOfSingle ? min(units, 1) : Self.parts(widths, room: encoding.unitsOfPart)
    }

    /// Returns the distinct characters that GSM-7 lacks, in order of appearance; they force the whole text into UCS-2.
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

/// The encoding of a text message.
public enum TextEncoding: String, Hashable, Sendable {
    /// Seven bits per character, in the GSM default alphabet (3GPP TS 23.038 section 6.2.1).
    case gsm7 = "GSM-7"
    /// Sixteen bits per unit, for all other characters (3GPP TS 23.038 section 6.2.3; in practice UTF-16).
    case ucs2 = "UCS-2"

    /// The capacity of a single segment in units.
    public var unitsOfSingle: Int { self == .gsm7 ? 160 : 70 }

    /// The capacity of each of several segments in units: six octets are used by the concatenation header.
    public var unitsOfPart: Int { self == .gsm7 ? 153 : 67 }

    /// Returns the number of units of a character, or `nil` when the encoding lacks it.
    func units(of scalar: Unicode.Scalar) -> Int? {
        switch self {
        case .ucs2: UTF16.width(scalar)
        case .gsm7 where Self.basic.contains(scalar): 1
        case .gsm7 where Self.extended.contains(scalar): 2
        case .gsm7: nil
        }
    }

    /// The default alphabet, without the escape to the extension table.
    private static let basic = Set(
        """
        @£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?\
        ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà
        """.unicodeScalars)

    /// The extension table, whose characters follow an escape.
    private static let extended = Set("\u{0C}^{}\\[~]|€".unicodeScalars)
}

extension String {
    /// This text with characters outside GSM-7 replaced where its meaning allows.
    ///
    /// One character outside GSM-7 reduces a segment's capacity by more than half. Typographic characters are always
    /// replaced by plain ones. Accents are dropped only when no other characters require UCS-2: in a text that
    /// contains a Japanese name, the accent in "sábado" costs nothing.
    var foldedForSMS: String {
        let text = trimmed
        guard !text.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "`") }) else { return text }
        let plain = text.replacingScalars { TextFolding.signs[$0] }
        let unaccented = plain.replacingScalars { TextFolding.letters[$0] }
        return TextSegments(of: unaccented).encoding == .gsm7 ? unaccented : plain
    }

    /// Returns this text, truncated with three dots if it is longer than a number of UTF-16 units.
    func shortened(to limit: Int) -> String {
        guard utf16.count > limit else { return self }
        let dots = "..."
        var (beginning, length) = ("", dots.utf16.count)
        for character in self {
            length += character.utf16.count
            guard length <= limit else { break }
            beginning.append(character)
        }
        return beginning + dots
    }

    /// This text without leading and trailing white space.
    private var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }

    private func replacingScalars(_ replacement: (Unicode.Scalar) -> String?) -> String {
        var replaced = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if let other = replacement(scalar) {
                replaced.append(contentsOf: other.unicodeScalars)
            } else {
                replaced.append(scalar)
            }
        }
        return String(replaced)
    }
}

/// The replacements of characters in text messages.
private enum TextFolding {
    /// Typographic characters and white space with a plain equivalent.
    static let signs = table([
        "'": "`´‘’‚‛′", "\"": "“”„‟«»″", "-": "‐‑‒–—―−", "...": "…", "*": "•·", "?": "\u{FFFD}",
        " ":
            "\t\u{A0}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200A}\u{202F}",
        "": "\u{AD}\u{200B}\u{2060}\u{FEFF}",
    ])

    /// Accented letters that GSM-7 lacks.
    static let letters = table([
        "A": "ÁÀÂÃĀĂĄ", "a": "áâãāăą", "C": "ĆČ", "c": "çćč", "D": "ĎĐ", "d": "ďđ", "E": "ÈÊËĒĖĘĚ", "e": "êëēėęě",
        "G": "Ğ", "g": "ğ", "I": "ÍÌÎÏĪĮİ", "i": "íîïīįı", "L": "Ł", "l": "ł", "N": "ŃŇ", "n": "ńň", "O": "ÓÒÔÕŌŐ",
        "o": "óôõōő", "R": "Ř", "r": "ř", "S": "ŚŞŠȘ", "s": "śşšș", "T": "ŢŤȚ", "t": "ţťț", "U": "ÚÙÛŪŮŰ",
        "u": "úûūůű", "Y": "ÝŸ", "y": "ýÿ", "Z": "ŹŻŽ", "z": "źżž",
    ])

    private static func table(_ folded: [String: String]) -> [Unicode.Scalar: String] {
        var table: [Unicode.Scalar: String] = [:]
        for (plain, variants) in folded {
            for scalar in variants.unicodeScalars { table[scalar] = plain }
        }
        return table
    }
}
