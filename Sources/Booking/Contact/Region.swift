import CPhoneNumber

/// The country or territory whose numbering plan a phone number without `+` is read by.
public struct Region: Hashable, Sendable, CustomStringConvertible {
    /// Two capital letters, ISO 3166-1 alpha-2.
    public let code: String

    /// Accepts a region that has a known numbering plan; small letters are made capital.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - field: What an error calls it.
    /// - Throws: `InvalidInput` where no such region is known.
    public init(_ text: String, field: String = "region") throws(InvalidInput) {
        let typed = Substring(text.utf8.trimmingSpaces)
        guard typed.utf8.count == 2, typed.utf8.allSatisfy(\.isASCIILetter),
            cphone_knows_region(typed.uppercased())
        else {
            throw InvalidInput(
                field: field, problem: "\(quoted(text)) is not a country with a known numbering plan",
                hint: "write its two ISO 3166 letters, like US or DE")
        }
        code = typed.uppercased()
    }

    /// Accepts a region as it is stored.
    ///
    /// Only the form is judged: what was known when it was accepted stays known, and numbering plans take long to load.
    ///
    /// - Parameter code: Two capital letters.
    /// - Throws: `InvalidInput` where it is anything else.
    public init(stored code: String) throws(InvalidInput) {
        guard code.utf8.count == 2, code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        else {
            throw InvalidInput(
                field: "region", problem: "\(quoted(code)) is not a region", hint: "write its two ISO 3166 letters")
        }
        self.code = code
    }

    /// The two letters.
    public var description: String { code }
}
