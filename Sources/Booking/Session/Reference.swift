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
