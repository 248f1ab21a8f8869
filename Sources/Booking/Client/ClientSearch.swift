/// What a front desk types to find people: parts of names, e-mail addresses and phone numbers, in any order.
public struct ClientSearch: Sendable {
    /// A word that a person must have.
    public struct Term: Sendable, Equatable {
        /// Spellings, one of which must be part of the name or the e-mail address.
        public let texts: [String]
        /// What may be in the phone number instead.
        public let phone: PhonePattern?
    }

    /// A part of a phone number.
    public enum PhonePattern: Sendable, Equatable {
        /// The last four digits.
        case end(String)
        /// Digits anywhere in the number, with its country code.
        case part(String)
        /// Digits at the beginning, with the country code.
        case start(String)
        /// Digits after the country code that are dialled with a zero before them inside the country, or all of it anywhere.
        case national(String, dialled: String)
    }

    /// The words, all of which a person must have.
    public private(set) var terms: [Term] = []
    /// The whole text as an address; whoever has that mailbox is found.
    public private(set) var email: EmailAddress?
    /// The whole text as a number; whoever has that number is found.
    public private(set) var phone: PhoneNumber?

    /// Reads what was typed.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - region: Where a phone number without a country code is from.
    public init(_ text: String, region: Region) {
        let plain = normalizedInput(text)
        if plain.contains("@") {
            email = try? EmailAddress(plain)
        } else if Self.isPhoneText(plain) {
            phone = try? PhoneNumber(plain, region: region)
        }
        let words = Self.isPhoneText(plain) ? [Substring(plain)] : plain.split { $0.isWhitespace }
        terms = words.compactMap(Self.term)
    }

    /// Whether nobody can be found: nothing that was typed is a letter or a digit.
    public var isEmpty: Bool { terms.isEmpty && email == nil && phone == nil }

    private static func term(_ word: Substring) -> Term? {
        guard word.contains(where: { $0.isLetter || $0.isNumber || !$0.isASCII }) else { return nil }
        var texts = [String(word)]
        let domain = word.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        if !domain.allSatisfy(\.isASCII), domain.contains("."), let ascii = DomainName.ascii(domain) {
            texts.append(word.dropLast(domain.count) + ascii)
        }
        return Term(texts: texts, phone: isPhoneText(String(word)) ? pattern(word) : nil)
    }

    /// Digits as people write numbers; a text without a digit is none.
    private static func isPhoneText(_ text: String) -> Bool {
        text.contains(where: \.isWholeNumber)
            && text.allSatisfy { $0.isWholeNumber || " +-./()\u{2011}\u{2013}".contains($0) }
    }

    /// What digits may be of a number.
    ///
    /// Four are how people give the end of one. More or fewer are looked for anywhere, and a zero in front may be the one that
    /// is dialled inside a country.
    private static func pattern(_ word: Substring) -> PhonePattern {
        let digits = word.compactMap(\.wholeNumberValue).map(String.init).joined()
        if word.drop(while: { $0 == " " || $0 == "(" }).first == "+" {
            return .start(word.replacing("(0)", with: "").compactMap(\.wholeNumberValue).map(String.init).joined())
        }
        if digits.count == 4 { return .end(digits) }
        let national = digits.drop { $0 == "0" }
        guard digits.count > 4, national.count < digits.count, !national.isEmpty else { return .part(digits) }
        return .national(String(national), dialled: digits)
    }
}
