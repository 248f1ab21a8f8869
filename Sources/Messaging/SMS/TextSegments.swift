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

/// How a text travels to a phone.
public enum TextEncoding: String, Hashable, Sendable {
    /// Seven bits a character, of the alphabet that every phone knows (3GPP TS 23.038 section 6.2.1).
    case gsm7 = "GSM-7"
    /// Sixteen bits a unit, for every other sign (3GPP TS 23.038 section 6.2.3; in practice UTF-16).
    case ucs2 = "UCS-2"

    /// How many units one segment holds when the whole text fits into it.
    public var unitsOfSingle: Int { self == .gsm7 ? 160 : 70 }

    /// How many units one of several segments holds: six octets go for the header that joins them.
    public var unitsOfPart: Int { self == .gsm7 ? 153 : 67 }

    /// How many units a character takes, or `nil` when this alphabet lacks it.
    func units(of scalar: Unicode.Scalar) -> Int? {
        switch self {
        case .ucs2: UTF16.width(scalar)
        case .gsm7 where Self.basic.contains(scalar): 1
        case .gsm7 where Self.extended.contains(scalar): 2
        case .gsm7: nil
        }
    }

    /// The default alphabet; the escape to the extension table is no character of its own.
    private static let basic = Set(
        """
        @£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?\
        ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà
        """.unicodeScalars)

    /// The extension table: each character stands behind an escape.
    private static let extended = Set("\u{0C}^{}\\[~]|€".unicodeScalars)
}

extension String {
    /// This text in the characters that a text message is sent in at seven bits each, where its meaning allows.
    ///
    /// One character outside of that alphabet more than halves what fits into a segment. Typographic signs always become
    /// the plain ones. Accents are dropped only where nothing but accents stands in the way: beside a name in Japanese,
    /// "sábado" costs nothing.
    var foldedForSMS: String {
        let text = trimmed
        guard !text.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "`") }) else { return text }
        let plain = text.replacingScalars { TextFolding.signs[$0] }
        let unaccented = plain.replacingScalars { TextFolding.letters[$0] }
        return TextSegments(of: unaccented).encoding == .gsm7 ? unaccented : plain
    }

    /// This text where it is at most so many UTF-16 units long, else its beginning and three dots.
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

    /// This text without white space around it.
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

/// What stands for what in a text message.
private enum TextFolding {
    /// Signs that mean no more than the plain ones; white space that shows nothing means nothing.
    static let signs = table([
        "'": "`´‘’‚‛′", "\"": "“”„‟«»″", "-": "‐‑‒–—―−", "...": "…", "*": "•·", "?": "\u{FFFD}",
        " ":
            "\t\u{A0}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200A}\u{202F}",
        "": "\u{AD}\u{200B}\u{2060}\u{FEFF}",
    ])

    /// Letters with accents that GSM-7 lacks.
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
