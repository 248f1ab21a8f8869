@_spi(_Unicode) import Swift

/// The words of a name without accents, case and punctuation.
enum NameFolding {
    /// What becomes of letters that are written with two in plain Latin script.
    enum Style: CaseIterable {
        /// The base letter: `ü` is `u`.
        case plain
        /// The two letters: `ü` is `ue`.
        case digraphs
    }

    /// Splits a name into words of letters and digits.
    ///
    /// - Parameters:
    ///   - name: A name, in any script.
    ///   - style: How letters with two spellings are written.
    /// - Returns: The words in small letters; an apostrophe joins what stands on both sides of it.
    static func words(of name: String, _ style: Style) -> [String] {
        var folded = ""
        for character in name.composed.lowercased() {
            if let letters = style == .digraphs ? digraphs[character] : nil {
                folded += letters
            } else if let letters = special[character] {
                folded += letters
            } else if !apostrophes.contains(character) {
                folded += withoutAccents(character)
            }
        }
        return folded.split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    private static let digraphs: [Character: String] = ["ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"]

    /// Letters that have no accent to take off.
    private static let special: [Character: String] = [
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i",
        "ŋ": "n", "ŧ": "t", "ə": "e", "ς": "σ",
    ]

    private static let apostrophes: Set<Character> = [
        "'", "’", "‘", "‛", "ʼ", "ʻ", "ʹ", "ʽ", "ʾ", "ʿ", "`", "´", "′", "＇",
    ]

    private static func withoutAccents(_ character: Character) -> String {
        var letters = String.UnicodeScalarView()
        for scalar in String(character)._nfd where !isAccent(scalar) {
            letters.append(plainWidth(scalar))
        }
        return String(letters).composed
    }

    /// Accents, points and vowel signs that are often left out; signs that spell another word in other scripts stay.
    private static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0300...0x036F, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF, 0xFE20...0xFE2F: true
        // Hebrew points, Arabic vowel signs and the letter-stretching tatweel.
        case 0x0591...0x05C7, 0x0610...0x061A, 0x0640, 0x064B...0x065F, 0x0670, 0x06D6...0x06ED: true
        default: scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    private static func plainWidth(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard ("\u{FF01}"..."\u{FF5E}").contains(scalar) else { return scalar }
        return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
    }
}
