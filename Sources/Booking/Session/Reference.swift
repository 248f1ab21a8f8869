import FoundationEssentials

/// The name of one booking, made to be read out over the phone: `K7Q2-9FXM`.
///
/// Eight characters of Crockford's base 32, which has no I, L, O or U: what sounds or looks alike is one character, and
/// no rude word comes out by chance. 2^40 references are enough that one is not guessed.
public struct Reference: Hashable, Sendable, CustomStringConvertible {
    /// The eight characters, without the dash.
    public let code: String

    /// Accepts a reference in any case, with or without dashes and spaces, with O for 0 and I or L for 1.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - field: What an error calls it.
    /// - Throws: `InvalidInput` where that leaves anything but eight characters of the alphabet.
    public init(_ text: String, field: String = "reference") throws(InvalidInput) {
        // As it is stored.
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
    /// The reference that stands for 40 bits; higher ones are left out.
    public init(bits: UInt64) {
        var code = ""
        for place in 0..<Self.length { code.unicodeScalars.append(Self.alphabet[Int(bits >> (5 * place) & 31)]) }
        self.init(code: code)
    }

    /// Draws a reference; every one of the 2^40 is as likely as any other.
    ///
    /// - Returns: A reference that is new as far as chance goes; the database judges.
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

    /// The letter of the alphabet that is meant.
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

/// The identifier of a session's entry in calendars, the same for the whole life of the session.
public struct SessionUID: Hashable, Sendable, CustomStringConvertible {
    /// The session.
    public let reference: Reference
    /// The second of the booking, which keeps the identifier apart from those of other installations.
    public let bookedSecond: Int64

    /// The identifier of a session.
    public init(_ session: Session) {
        reference = session.reference
        bookedSecond = Int64(session.bookedAt.timeIntervalSince1970)
    }

    /// Reads an identifier; `nil` where it is not one of ours.
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

    /// The identifier, such as `k7q29fxm-1796058000@intro`.
    public var description: String { "\(reference.code.lowercased())-\(bookedSecond)@intro" }
}
