/// Whether two spellings are one person's name.
///
/// Used where a caller gives a name under a contact that is known: what differs only in accents, case, punctuation, word
/// order or one typing error is the same name, and so is a part of the name, such as the first name alone.
public enum NameComparison {
    /// How alike two names are.
    public enum Likeness: Int, Sendable, Comparable {
        /// Two names.
        case different
        /// One has all the words of the other, or they differ by one typing error.
        case similar
        /// The same words.
        case equal

        /// Whether the first is less alike.
        public static func < (first: Likeness, second: Likeness) -> Bool { first.rawValue < second.rawValue }
    }

    /// Compares two names; the order of the two does not matter.
    ///
    /// - Parameters:
    ///   - first: A name, in any script.
    ///   - second: Another.
    /// - Returns: How alike they are.
    public static func likeness(_ first: String, _ second: String) -> Likeness {
        // Also a name without a letter, such as an emoji.
        if first == second { return .equal }
        // German and Nordic letters are written in two ways: Müller is Muller and Mueller.
        let styles = NameFolding.Style.allCases
        return styles.flatMap { style in styles.map { likeness(words(first, style), words(second, $0)) } }.max()
            ?? .different
    }

    /// Whether two spellings are one name.
    public static func isSameName(_ first: String, _ second: String) -> Bool {
        likeness(first, second) > .different
    }

    private typealias Word = [Character]

    private static func words(_ name: String, _ style: NameFolding.Style) -> [Word] {
        NameFolding.words(of: name, style).map(Array.init)
    }

    private static func likeness(_ first: [Word], _ second: [Word]) -> Likeness {
        guard !first.isEmpty, !second.isEmpty else { return .different }
        let (left, right) = unmatched(first, second)
        if left.isEmpty && right.isEmpty || first.joined().elementsEqual(second.joined()) { return .equal }
        if left.isEmpty || right.isEmpty { return .similar }
        return isOneTypo(first, second, left, right) ? .similar : .different
    }

    /// The words of each that the other does not have; a word that comes twice must come twice.
    private static func unmatched(_ first: [Word], _ second: [Word]) -> ([Word], [Word]) {
        var right = second
        let left = first.filter { word in
            guard let index = right.firstIndex(of: word) else { return true }
            right.remove(at: index)
            return false
        }
        return (left, right)
    }

    /// Whether the names are the same but for one typing error: in one word, or a space too many or too few beside it.
    private static func isOneTypo(_ first: [Word], _ second: [Word], _ left: [Word], _ right: [Word]) -> Bool {
        // In very short names every letter counts: Ana and Ina, Li and Lu.
        let length = min(first.joined().count, second.joined().count)
        guard length >= shortest else { return false }
        if left.count == 1 && right.count == 1 { return TypingError.separates(left[0], right[0]) }
        return TypingError.separates(Array(first.joined()), Array(second.joined()))
    }

    private static let shortest = 5
}

/// One typing error: a letter too many, too few, or wrong, or two neighbours swapped.
enum TypingError {
    /// Whether one error makes the second word of the first.
    static func separates(_ first: [Character], _ second: [Character]) -> Bool {
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
            // Tim and Kim, Ana and Ina: the first letter of a short name is hardly ever wrong.
            return start > 0 || short.count > 3
        }
        return restOfShort.count >= 2 && restOfShort.prefix(2).reversed().elementsEqual(restOfLong.prefix(2))
            && isAlphabetic(restOfLong[start + 1]) && restOfShort.dropFirst(2).elementsEqual(restOfLong.dropFirst(2))
    }

    /// Whether a wrong character may be a typing error: a letter of an alphabet.
    ///
    /// A digit tells two entries apart (`Guest 1`, `Guest 2`), and a Chinese character or a Korean syllable is a whole word.
    private static func isAlphabetic(_ character: Character) -> Bool {
        guard character.isLetter, let scalar = character.unicodeScalars.first else { return false }
        return switch scalar.value {
        case 0x1100...0x11FF, 0x2E80...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7FF, 0xF900...0xFAFF, 0x20000...: false
        default: true
        }
    }
}
