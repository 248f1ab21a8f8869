/// A search for clients by parts of names, e-mail addresses and phone numbers, in any order.
public struct ClientSearch: Sendable {
    /// A search term that a client must match.
    public struct Term: Sendable, Equatable {
        /// The spellings of the term; one of them must be part of the name or the e-mail address.
        public let texts: [String]
        /// A pattern that the phone number may match instead; `nil` if the term is not digits.
        public let phone: PhonePattern?
    }

    /// A word of a name that may have a typing error.
    public struct NameWord: Sendable, Equatable {
        /// The word without accents, case and punctuation.
        public let text: String
        /// The beginning and the end, one of which a single typing error leaves unchanged; `nil` for a word that is too
        /// short for errors or has digits.
        public let fragments: (start: String, end: String)?

        /// Creates a word.
        ///
        /// - Parameters:
        ///   - text: The word without accents, case and punctuation.
        ///   - least: The least number of letters of a word that may have a typing error.
        init(_ text: String, least: Int) {
            self.text = text
            let half = text.count / 2
            fragments =
                text.count >= least && text.allSatisfy(\.isLetter)
                ? (start: String(text.prefix(half)), end: String(text.dropFirst(half + 1))) : nil
        }

        /// Compares the words.
        public static func == (first: NameWord, second: NameWord) -> Bool { first.text == second.text }
    }

    /// The words of a name that may have a typing error.
    public enum TypingErrors: Sendable {
        /// Words of at least four letters: for the client of a command that changes data.
        case inLongWords
        /// Also words of three letters beside another word: for a list, or a suggestion.
        case inShortWords
    }

    /// A pattern for a part of a phone number.
    public enum PhonePattern: Sendable, Equatable {
        /// The last four digits.
        case end(String)
        /// Digits anywhere in the number, with its country code.
        case part(String)
        /// Digits at the beginning of the number, with its country code.
        case start(String)
        /// Digits after the country code, or the dialled digits anywhere.
        ///
        /// The dialled digits have a leading zero, which is used within the country.
        case national(String, dialled: String)
    }

    /// The terms; a client must match all of them.
    public private(set) var terms: [Term] = []
    /// The folded words of a name, for a search that tolerates one typing error; empty for an e-mail address or a
    /// phone number.
    public private(set) var nameWords: [NameWord] = []
    /// The whole text as an e-mail address, if it is one; clients with the same mailbox match.
    public private(set) var email: EmailAddress?
    /// The whole text as a phone number, if it is one; clients with that number match.
    public private(set) var phone: PhoneNumber?

    /// Parses a search text.
    ///
    /// - Parameters:
    ///   - text: The search text.
    ///   - region: The region of a phone number without a country code.
    ///   - typingErrors: The words that may have a typing error.
    public init(_ text: String, region: Region, typingErrors: TypingErrors = .inLongWords) {
        let plain = normalizedInput(text)
        if plain.contains("@") {
            email = try? EmailAddress(plain)
        } else if Self.isPhoneText(plain) {
            phone = try? PhoneNumber(plain, region: region)
        }
        let words = Self.isPhoneText(plain) ? [Substring(plain)] : plain.split { $0.isWhitespace }
        terms = words.compactMap(Self.term)
        guard email == nil, !plain.contains("@"), !Self.isPhoneText(plain) else { return }
        let folded = NameFolding.words(of: plain, .plain)
        // Three letters alone resemble too many names.
        let least = typingErrors == .inShortWords && folded.count > 1 ? 3 : 4
        nameWords = folded.map { NameWord($0, least: least) }
    }

    /// Returns whether a client has all words of the search, one of them with at most one typing error.
    ///
    /// Words with digits must match as typed.
    ///
    /// - Parameter client: A client.
    /// - Returns: Whether the client matches.
    public func matchesWithTypo(_ client: Client) -> Bool { matches(client, misspelledWords: 1) }

    /// Returns whether a client has all words of the search, each of them with at most one typing error.
    ///
    /// Words with digits must match as typed, and so must all but one word if all are short.
    ///
    /// - Parameter client: A client.
    /// - Returns: Whether the client may be meant.
    public func resembles(_ client: Client) -> Bool {
        matches(client, misspelledWords: hasOnlyShortWords ? 1 : nameWords.count)
    }

    /// Whether no word has more than three letters, so that too many names resemble all of them.
    public var hasOnlyShortWords: Bool { nameWords.allSatisfy { $0.text.count < 4 } }

    private func matches(_ client: Client, misspelledWords most: Int) -> Bool {
        !nameWords.isEmpty
            && NameFolding.Style.allCases.contains { style in
                let words = NameFolding.words(of: client.name, style)
                let contacts = [client.email?.address.lowercased(), client.phone?.e164].compactMap(\.self)
                let misspelled = nameWords.filter { word in !(words + contacts).contains { $0.contains(word.text) } }
                return misspelled.count <= most
                    && misspelled.allSatisfy { typo in
                        typo.fragments != nil
                            && words.contains { TypingError.isSingleEdit(Array($0), Array(typo.text)) }
                    }
            }
    }

    /// Whether the search matches no client, because the text has neither a letter nor a digit.
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

    /// Returns whether the text consists of digits and phone number separators, with at least one digit.
    private static func isPhoneText(_ text: String) -> Bool {
        text.contains(where: \.isWholeNumber)
            && text.allSatisfy { $0.isWholeNumber || " +-./()\u{2011}\u{2013}".contains($0) }
    }

    /// Returns the pattern for digits.
    ///
    /// Four digits match the end of a number, since people give the last four. More or fewer digits match anywhere; a
    /// leading zero may be the one that is dialled within a country.
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
