import FoundationEssentials

/// The reference of a booking, which can be read out over the phone: `K7Q2-9FXM`.
///
/// A reference has eight characters of Crockford's base 32, which has no I, L, O or U. Characters that look or sound
/// alike are read as the same character, and offensive words are unlikely. With 2^40 references, guessing a valid one
/// is unlikely.
public struct Reference: Hashable, Sendable, CustomStringConvertible {
    /// The eight characters, without the dash.
    public let code: String

    /// Parses a reference in upper or lower case, with or without dashes and spaces; reads O as 0, and I and L as 1.
    ///
    /// - Parameters:
    ///   - text: The input.
    ///   - field: The name of the field in an error.
    /// - Throws: `InvalidInput` if the result is not eight characters of the alphabet.
    public init(_ text: String, field: String = "reference") throws(InvalidInput) {
        // The stored form needs no conversion.
        if text.utf8.count == Reference.length, text.unicodeScalars.allSatisfy({ Reference.letter(for: $0) == $0 }) {
            code = text
            return
        }
        let hint = "write the eight characters, like K7Q2-9FXM"
        var code = ""
        for scalar in text.unicodeScalars where !Reference.isSeparator(scalar) {
            guard let letter = Reference.letter(for: scalar) else {
                throw InvalidInput(
                    field: field, problem: "\(quoted(text)) has a character that no reference has", hint: hint)
            }
            code.unicodeScalars.append(letter)
        }
        let count = code.utf8.count
        guard count == Reference.length else {
            throw InvalidInput(
                field: field, problem: "\(quoted(text)) has \(count) character\(count == 1 ? "" : "s"), not eight",
                hint: hint)
        }
        self.code = code
    }

    /// The reference in two groups of four: `K7Q2-9FXM`.
    public var description: String { "\(code.prefix(4))-\(code.suffix(4))" }

    private init(code: String) {
        self.code = code
    }
}

extension Reference {
    /// Creates a reference from the lower 40 bits of a number.
    public init(bits: UInt64) {
        var code = ""
        for place in 0..<Self.length { code.unicodeScalars.append(Self.alphabet[Int(bits >> (5 * place) & 31)]) }
        self.init(code: code)
    }

    /// Creates a random reference, uniformly from all 2^40.
    ///
    /// - Returns: A reference that is unlikely to be in use; the database checks that it is unique.
    public static func random() -> Reference {
        Reference(bits: .random(in: 0...UInt64.max))
    }

    private static let length = 8
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".unicodeScalars)

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "-", " ", "\u{2010}", "\u{2011}", "\u{2013}": true
        default: false
        }
    }

    /// Returns the letter of the alphabet for a typed character.
    private static func letter(for scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar {
        case "O", "o": "0"
        case "I", "i", "L", "l": "1"
        case "U", "u": nil
        case "0"..."9", "A"..."Z": scalar
        case "a"..."z": Unicode.Scalar(scalar.value - 32)
        default: nil
        }
    }
}

extension Reference {
    /// Returns whether a text looks like a reference, perhaps with a typing error, rather than like a name.
    ///
    /// - Parameter text: The input.
    /// - Returns: Whether it is one or two groups of letters and digits in one case: up to twelve with a digit, or
    ///   seven to nine in capitals with a dash.
    public static func isLikely(_ text: String) -> Bool {
        let groups = text.unicodeScalars.split(whereSeparator: isSeparator)
        let code = groups.joined()
        guard (1...2).contains(groups.count), code.count <= 12,
            code.allSatisfy({ $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil) })
        else { return false }
        let hasCapitals = code.contains { $0.properties.isUppercase }
        guard !hasCapitals || !code.contains(where: { $0.properties.isLowercase }) else { return false }
        return code.contains { $0.properties.numericType != nil }
            || hasCapitals && text.contains("-") && (length - 1...length + 1).contains(code.count)
    }

    /// Returns the references that differ from a text by one wrong, missing, additional or swapped character.
    ///
    /// - Parameter text: The input; a character that no reference has counts as the wrong or the additional one.
    /// - Returns: The references, at most 288; empty for a text of another length.
    public static func neighbors(of text: String) -> Set<Reference> {
        let letters = text.unicodeScalars.filter { !isSeparator($0) }.map(letter)
        // A place without a letter stands for each letter of the alphabet.
        var patterns: [[Unicode.Scalar?]]
        switch letters.count {
        case length - 1: patterns = (0...letters.count).map { letters.inserting(nil, at: $0) }
        case length: patterns = letters.indices.map { letters.replacing(at: $0, with: nil) }
        case length + 1: patterns = letters.indices.map { letters.removing(at: $0) }.filter(isComplete)
        default: return []
        }
        if letters.count == length, isComplete(letters) {
            patterns += letters.indices.dropLast().map { letters.swapping(at: $0) }
        }
        return Set(
            patterns.filter { pattern in pattern.count { $0 == nil } <= 1 }.flatMap { pattern in
                alphabet.map { letter in
                    var code = ""
                    code.unicodeScalars.append(contentsOf: pattern.map { $0 ?? letter })
                    return Reference(code: code)
                }
            })
    }

    private static func isComplete(_ pattern: [Unicode.Scalar?]) -> Bool { pattern.allSatisfy { $0 != nil } }
}

extension Array {
    fileprivate func inserting(_ element: Element, at index: Int) -> [Element] {
        Array(self[..<index]) + [element] + self[index...]
    }

    fileprivate func replacing(at index: Int, with element: Element) -> [Element] {
        Array(self[..<index]) + [element] + self[(index + 1)...]
    }

    fileprivate func removing(at index: Int) -> [Element] { Array(self[..<index]) + self[(index + 1)...] }

    fileprivate func swapping(at index: Int) -> [Element] {
        var copy = self
        copy.swapAt(index, index + 1)
        return copy
    }
}

/// The identifier of a session's calendar entry, which never changes.
public struct SessionUID: Hashable, Sendable, CustomStringConvertible {
    /// The reference of the session.
    public let reference: Reference
    /// The time of the booking in seconds since 1970.
    ///
    /// It distinguishes the identifier from those of other installations.
    public let bookedSecond: Int64

    /// Creates the identifier of a session.
    public init(_ session: Session) {
        reference = session.reference
        bookedSecond = Int64(session.bookedAt.timeIntervalSince1970)
    }

    /// Parses an identifier; returns `nil` if the text has another format.
    public init?(_ text: String) {
        let sides = text.split(separator: "@", omittingEmptySubsequences: false)
        guard sides.count == 2, sides[1] == "intro" else { return nil }
        let parts = sides[0].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let reference = try? Reference(String(parts[0])), let second = Int64(parts[1]) else {
            return nil
        }
        self.reference = reference
        bookedSecond = second
    }

    /// The identifier as text, such as `k7q29fxm-1796058000@intro`.
    public var description: String { "\(reference.code.lowercased())-\(bookedSecond)@intro" }
}
