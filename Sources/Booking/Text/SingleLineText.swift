// The standard library offers its Unicode normalization only as SPI. The public alternative is Foundation, which would
// have to be loaded at each start of the command-line tool.
@_spi(_Unicode) import Swift

/// A short free text on one line, such as an address or a reason.
public struct SingleLineText: Hashable, Sendable, CustomStringConvertible {
    /// The maximum length, in Unicode scalars.
    public static let limit = 500

    /// The text: trimmed, single-spaced, in Unicode Normalization Form C, 1 to 500 characters.
    public let text: String

    /// Creates a text from one line of plain text.
    ///
    /// - Parameters:
    ///   - text: The input.
    ///   - field: The name of the field in an error.
    /// - Throws: `InvalidInput` if the text is empty, too long, or contains a character that is not allowed in one
    ///   line.
    public init(_ text: String, field: String = "text") throws(InvalidInput) {
        self.text = try SingleLineText.clean(text, field: field, limit: SingleLineText.limit)
    }

    /// The text.
    public var description: String { text }
}

extension SingleLineText {
    /// Returns a text trimmed, single-spaced, without invisible spaces and in Normalization Form C.
    ///
    /// Throws if the text is not valid on one line.
    ///
    /// The length is counted in Unicode scalars, as PostgreSQL's `length` does, so that a character with thousands of
    /// combining marks does not count as one.
    static func clean(_ text: String, field: String, limit: Int) throws(InvalidInput) -> String {
        for scalar in text.unicodeScalars {
            guard let problem = scalar.problemInLine else { continue }
            throw InvalidInput(field: field, problem: problem, hint: "write it on one line, as plain text")
        }
        let hint = "write 1 to \(limit) characters"
        guard text.unicodeScalars.contains(where: \.isVisibleCharacter) else {
            throw InvalidInput(field: field, problem: "is empty", hint: hint)
        }
        let cleaned = singleSpaced(String(text.unicodeScalars.filter { !$0.isInvisibleSpace })).composed
        guard cleaned.unicodeScalars.count <= limit else {
            throw InvalidInput(field: field, problem: "is too long", hint: hint)
        }
        return cleaned
    }

    /// Returns the words of a text, separated by one ASCII space; any Unicode space separates words.
    private static func singleSpaced(_ text: String) -> String {
        text.unicodeScalars.split { $0.properties.generalCategory == .spaceSeparator }
            .map { String($0) }.joined(separator: " ")
    }
}

extension Unicode.Scalar {
    /// Whether this scalar is a space without width, a soft hyphen or a byte order mark, which copied text may contain.
    fileprivate var isInvisibleSpace: Bool { ["\u{AD}", "\u{200B}", "\u{2060}", "\u{FEFF}"].contains(self) }

    /// The reason why this scalar is not allowed in one line of plain text; `nil` if it is allowed.
    fileprivate var problemInLine: String? {
        if self == "\n" || self == "\r" { return "has a line break in it" }
        switch properties.generalCategory {
        case .control: return "has a control character in it (\(visible(String(self))))"
        case .lineSeparator, .paragraphSeparator: return "has a line break in it"
        case .unassigned, .surrogate: return "has a character in it that Unicode does not define"
        default: break
        }
        // U+200E and U+200F are typed by right-to-left keyboards and only mark a direction. The embeddings, overrides
        // and isolates change the direction of the text that follows.
        let turnsDirection = ("\u{202A}"..."\u{202E}").contains(self) || ("\u{2066}"..."\u{2069}").contains(self)
        return turnsDirection ? "has a hidden text-direction control in it (\(visible(String(self))))" : nil
    }
}

/// The name of a person or a studio: one line in any script, with accents, apostrophes and emoji.
public struct PersonName: Hashable, Sendable, CustomStringConvertible {
    /// The maximum length, in Unicode scalars.
    public static let limit = 200

    /// The name: trimmed, single-spaced, in Unicode Normalization Form C, 1 to 200 characters.
    public let text: String

    /// Creates a name.
    ///
    /// - Parameters:
    ///   - text: The input.
    ///   - field: The name of the field in an error.
    /// - Throws: `InvalidInput` if the name is empty, too long, or contains control characters, line breaks or hidden
    ///   text-direction controls.
    public init(_ text: String, field: String = "name") throws(InvalidInput) {
        self.text = try SingleLineText.clean(text, field: field, limit: PersonName.limit)
    }

    /// Creates a name from its stored text, without validation.
    init(stored text: String) {
        self.text = text
    }

    /// The first word of the name, for greetings; the whole name if it is one word.
    ///
    /// Unicode white space separates words; hyphens and apostrophes do not. A title or an initial counts as a word.
    public var firstName: String {
        let words = text.unicodeScalars.split(maxSplits: 1) { $0.properties.isWhitespace }
        guard let first = words.first.map({ String($0) }) else { return text }
        // "Lima, Ana" has the last name first.
        return first.hasSuffix(",") && first.count > 1 ? String(first.dropLast()) : first
    }

    /// The name.
    public var description: String { text }
}

extension String {
    /// The text in Unicode Normalization Form C, so that equal names have equal bytes.
    var composed: String {
        guard !utf8.allSatisfy({ $0 < 0x80 }) else { return self }
        var scalars = UnicodeScalarView()
        scalars.append(contentsOf: _nfc)
        return String(scalars)
    }
}
