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
