@_spi(_Unicode) import Swift

/// A comparison of the spellings of personal names.
///
/// Used if a request gives a name together with a known contact. Spellings that differ only in accents, case,
/// punctuation, word order or one typing error are the same name, and so is a part of the name, such as the first name
/// alone.
public enum NameComparison {
    /// The similarity of two names.
    public enum Similarity: Int, Sendable, Comparable {
        /// Different names.
        case different
        /// One name has all the words of the other, or the names differ by one typing error.
        case similar
        /// The same words.
        case equal

        /// Orders similarities from different to equal.
        public static func < (first: Similarity, second: Similarity) -> Bool { first.rawValue < second.rawValue }
    }

    /// Compares two names; their order does not matter.
    ///
    /// - Parameters:
    ///   - first: A name, in any script.
    ///   - second: Another name, in any script.
    /// - Returns: How alike they are.
    public static func similarity(_ first: String, _ second: String) -> Similarity {
        // Names without a letter, such as an emoji, have no words to compare.
        if first == second { return .equal }
        // German and Nordic letters have two plain spellings: Müller is written Muller or Mueller.
        let styles = NameFolding.Style.allCases
        return styles.flatMap { style in styles.map { similarity(words(first, style), words(second, $0)) } }.max()
            ?? .different
    }

    /// Returns whether two spellings are the same name: equal or similar.
    public static func isSameName(_ first: String, _ second: String) -> Bool {
        similarity(first, second) > .different
    }

    private typealias Word = [Character]

    private static func words(_ name: String, _ style: NameFolding.Style) -> [Word] {
        NameFolding.words(of: name, style).map(Array.init)
    }

    private static func similarity(_ first: [Word], _ second: [Word]) -> Similarity {
        guard !first.isEmpty, !second.isEmpty else { return .different }
        let (left, right) = unmatched(first, second)
        if left.isEmpty && right.isEmpty || first.joined().elementsEqual(second.joined()) { return .equal }
        if left.isEmpty || right.isEmpty { return .similar }
        return isOneTypo(first, second, left, right) ? .similar : .different
    }

    /// Returns the words of each name that the other does not have; a repeated word must be repeated in both.
    private static func unmatched(_ first: [Word], _ second: [Word]) -> ([Word], [Word]) {
        var right = second
        let left = first.filter { word in
            guard let index = right.firstIndex(of: word) else { return true }
            right.remove(at: index)
            return false
        }
        return (left, right)
    }

    /// Returns whether the names differ by one typing error, which may include a missing or an additional space.
    private static func isOneTypo(_ first: [Word], _ second: [Word], _ left: [Word], _ right: [Word]) -> Bool {
        // In very short names, one letter makes a different name: Ana and Ina, Li and Lu.
        let length = min(first.joined().count, second.joined().count)
        guard length >= shortest else { return false }
        if left.count == 1 && right.count == 1 { return TypingError.isSingleEdit(left[0], right[0]) }
        return TypingError.isSingleEdit(Array(first.joined()), Array(second.joined()))
    }

    private static let shortest = 5
}

/// A single typing error: an additional, missing or wrong letter, or two adjacent letters swapped.
enum TypingError {
    /// Returns whether the two words differ by exactly one error.
    static func isSingleEdit(_ first: [Character], _ second: [Character]) -> Bool {
        let (short, long) = first.count <= second.count ? (first, second) : (second, first)
        guard long.count - short.count <= 1 else { return false }
        let start = zip(short, long).prefix { $0 == $1 }.count
        let (restOfShort, restOfLong) = (short[start...], long[start...])
        guard let wrong = restOfLong.first else { return false }
        if short.count < long.count {
            return isAlphabetic(wrong) && restOfShort.elementsEqual(restOfLong.dropFirst())
        }
        guard let right = restOfShort.first, isAlphabetic(wrong), isAlphabetic(right) else { return false }
        if restOfShort.dropFirst().elementsEqual(restOfLong.dropFirst()) {
            // Tim and Kim, Ana and Ina are different names: the first letter of a short name is rarely mistyped.
            return start > 0 || short.count > 3
        }
        return restOfShort.count >= 2 && restOfShort.prefix(2).reversed().elementsEqual(restOfLong.prefix(2))
            && isAlphabetic(restOfLong[start + 1]) && restOfShort.dropFirst(2).elementsEqual(restOfLong.dropFirst(2))
    }

    /// Returns whether a character can be a typing error, that is, whether it is a letter of an alphabet.
    ///
    /// A digit distinguishes two entries (`Guest 1`, `Guest 2`), and a Chinese character or a Korean syllable can be a
    /// whole word.
    private static func isAlphabetic(_ character: Character) -> Bool {
        guard character.isLetter, let scalar = character.unicodeScalars.first else { return false }
        return switch scalar.value {
        case 0x1100...0x11FF, 0x2E80...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7FF, 0xF900...0xFAFF, 0x20000...: false
        default: true
        }
    }
}

/// A normalization of names: words without accents, case and punctuation.
enum NameFolding {
    /// The replacement for letters that have a two-letter form in plain Latin script.
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
    /// - Returns: The words in lower case; an apostrophe joins the letters on both sides of it.
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

    /// Letters without a canonical decomposition, and their replacement.
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

    /// Returns whether a scalar is an accent, a point or a vowel sign that is often omitted.
    ///
    /// Signs that change the word, in other scripts, are kept.
    private static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0300...0x036F, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF, 0xFE20...0xFE2F: true
        // Hebrew points, Arabic vowel signs, and the tatweel, which only widens a word.
        case 0x0591...0x05C7, 0x0610...0x061A, 0x0640, 0x064B...0x065F, 0x0670, 0x06D6...0x06ED: true
        default: scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    private static func plainWidth(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard ("\u{FF01}"..."\u{FF5E}").contains(scalar) else { return scalar }
        return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
    }
}
