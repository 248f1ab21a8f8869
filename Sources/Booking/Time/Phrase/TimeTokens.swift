/// A part of a typed text: a number, a word or a symbol.
struct TimeToken: Equatable, Sendable {
    /// The kind of a token.
    enum Kind: Equatable, Sendable {
        /// Up to nine decimal digits.
        case number(Int)
        case word
        case symbol
    }

    let kind: Kind
    /// The text in lower case, without accents.
    let text: String
    /// The text as it was typed.
    let typed: String
    /// Whether no space precedes the token.
    let isGlued: Bool

    /// The value of a number.
    var number: Int? {
        if case .number(let number) = kind { number } else { nil }
    }
}

/// The tokens of a typed text, read from left to right; used by the parsers of time phrases and weekly hours.
struct TimeTokens: Sendable {
    private let tokens: [TimeToken]
    /// The index of the next token.
    private(set) var position = 0

    /// Splits a text into tokens.
    ///
    /// Invisible characters and accents are ignored, and every space and dash counts as the ASCII one.
    init(_ text: String) {
        var tokens: [TimeToken] = []
        var run = Run()
        for scalar in normalizedInput(text).unicodeScalars {
            if scalar.isCombiningAccent, run.kind == .letter {
                run.typed.unicodeScalars.append(scalar)
                continue
            }
            let plain = scalar.plainForm
            let kind = Run.Kind(plain)
            if kind != run.kind || kind == .other {
                if let token = run.token { tokens.append(token) }
                run = Run(kind: kind, isGlued: run.kind != .space)
            }
            run.text.unicodeScalars.append(plain)
            run.typed.unicodeScalars.append(scalar)
        }
        if let token = run.token { tokens.append(token) }
        self.tokens = tokens
    }

    var isAtEnd: Bool { position == tokens.count }

    /// Returns the token that follows after a number of others; `nil` beyond the end.
    func peek(_ offset: Int = 0) -> TimeToken? {
        position + offset < tokens.count ? tokens[position + offset] : nil
    }

    /// The number that follows, if its digits are of an accepted count.
    func number(_ offset: Int = 0, digits: ClosedRange<Int>, glued: Bool = false) -> Int? {
        guard let token = peek(offset), digits.contains(token.text.count), !glued || token.isGlued else { return nil }
        return token.number
    }

    /// The word that follows, if the next token is one.
    func word(_ offset: Int = 0, glued: Bool = false) -> String? {
        guard let token = peek(offset), token.kind == .word, !glued || token.isGlued else { return nil }
        return token.text
    }

    /// Returns whether a symbol follows.
    func isSymbol(_ symbol: String, _ offset: Int = 0, glued: Bool = false) -> Bool {
        guard let token = peek(offset), token.kind == .symbol, !glued || token.isGlued else { return false }
        return token.text == symbol
    }

    /// Consumes tokens.
    mutating func advance(_ count: Int = 1) { position = min(position + count, tokens.count) }

    /// Consumes a symbol if it follows; returns whether it did.
    mutating func take(symbol: String, glued: Bool = false) -> Bool {
        guard isSymbol(symbol, glued: glued) else { return false }
        advance()
        return true
    }

    /// Consumes a word if it follows; returns whether it did.
    mutating func take(word: String) -> Bool {
        guard self.word() == word else { return false }
        advance()
        return true
    }

    /// The text between spaces around the next token, as it was typed; the last one at the end.
    var chunk: String {
        guard !tokens.isEmpty else { return "" }
        var first = min(position, tokens.count - 1)
        var last = first
        while first > 0, tokens[first].isGlued { first -= 1 }
        while last + 1 < tokens.count, tokens[last + 1].isGlued { last += 1 }
        return tokens[first...last].map(\.typed).joined()
    }

    /// The text of the tokens that are not consumed yet, as it was typed.
    var remainder: String {
        tokens.dropFirst(position).reduce(into: "") { text, token in
            text += (token.isGlued || text.isEmpty ? "" : " ") + token.typed
        }
    }
}

/// Consecutive characters of one kind.
private struct Run {
    enum Kind {
        case digit, letter, space, other

        init(_ scalar: Unicode.Scalar) {
            switch scalar {
            case "0"..."9": self = .digit
            case " ": self = .space
            default: self = scalar.properties.isAlphabetic ? .letter : .other
            }
        }
    }

    var kind = Kind.space
    var isGlued = false
    var text = ""
    var typed = ""

    /// The token of the run; `nil` for spaces.
    var token: TimeToken? {
        let kind: TimeToken.Kind
        switch self.kind {
        case .space: return nil
        case .digit: kind = text.utf8.count <= 9 ? Int(text).map { .number($0) } ?? .symbol : .symbol
        case .letter: kind = .word
        case .other: kind = .symbol
        }
        return TimeToken(kind: kind, text: text, typed: typed, isGlued: isGlued)
    }
}

extension Unicode.Scalar {
    /// Whether the scalar is an acute accent, a tilde or a diaeresis that follows its letter.
    fileprivate var isCombiningAccent: Bool { ["\u{301}", "\u{303}", "\u{308}"].contains(self) }

    /// The scalar in lower case, without an accent of Spanish; a dash of any length as `-`.
    fileprivate var plainForm: Unicode.Scalar {
        switch self {
        case "A"..."Z": Unicode.Scalar(value + 32) ?? self
        case "á", "Á": "a"
        case "é", "É": "e"
        case "í", "Í": "i"
        case "ó", "Ó": "o"
        case "ú", "Ú", "ü", "Ü": "u"
        case "ñ", "Ñ": "n"
        case "\u{2010}"..."\u{2015}", "\u{2212}": "-"
        default: self
        }
    }
}
