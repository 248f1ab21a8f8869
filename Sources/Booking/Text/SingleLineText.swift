// The standard library normalises for its own string comparison and offers the result only as SPI; the public way is the
// whole of Foundation, whose loading each start of the command line would pay for.
@_spi(_Unicode) import Swift

/// A short free text on one line: an address, a reason, where a client heard of us.
public struct SingleLineText: Hashable, Sendable, CustomStringConvertible {
    /// The longest text that is accepted, in characters.
    public static let limit = 500

    /// The text: trimmed, single-spaced, in Unicode Normalization Form C, 1 to 500 characters.
    public let text: String

    /// Accepts one line of plain text.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - field: What an error calls it.
    /// - Throws: `InvalidInput` where it is empty, too long, or holds a character that does not belong in one line.
    public init(_ text: String, field: String = "text") throws(InvalidInput) {
        self.text = try SingleLineText.clean(text, field: field, limit: SingleLineText.limit)
    }

    /// The text itself.
    public var description: String { text }
}

extension SingleLineText {
    /// Trims, single-spaces and composes a text, and refuses what does not belong in one line of it.
    ///
    /// Characters are counted as PostgreSQL's `length` counts them, in Unicode scalars: one that carries thousands of
    /// combining marks is not one.
    static func clean(_ text: String, field: String, limit: Int) throws(InvalidInput) -> String {
        for scalar in text.unicodeScalars {
            guard let problem = scalar.problemInLine else { continue }
            throw InvalidInput(field: field, problem: problem, hint: "write it on one line, as plain text")
        }
        let hint = "write 1 to \(limit) characters"
        guard text.unicodeScalars.contains(where: \.isVisibleCharacter) else {
            throw InvalidInput(field: field, problem: "is empty", hint: hint)
        }
        let cleaned = singleSpaced(text).composed
        guard cleaned.unicodeScalars.count <= limit else {
            throw InvalidInput(field: field, problem: "is too long", hint: hint)
        }
        return cleaned
    }

    /// The words of a text with one plain space between them, whichever spaces stood there.
    private static func singleSpaced(_ text: String) -> String {
        text.unicodeScalars.split { $0.properties.generalCategory == .spaceSeparator }
            .map { String($0) }.joined(separator: " ")
    }
}

extension Unicode.Scalar {
    /// Why this scalar cannot stand in one line of plain text, or nil where it can.
    fileprivate var problemInLine: String? {
        if self == "\n" || self == "\r" { return "has a line break in it" }
        switch properties.generalCategory {
        case .control: return "has a control character in it (\(visible(String(self))))"
        case .lineSeparator, .paragraphSeparator: return "has a line break in it"
        case .unassigned, .surrogate: return "has a character in it that Unicode does not define"
        default: break
        }
        // U+200E and U+200F only mark a direction and are typed by right-to-left keyboards; these reach past themselves.
        let turnsDirection = ("\u{202A}"..."\u{202E}").contains(self) || ("\u{2066}"..."\u{2069}").contains(self)
        return turnsDirection ? "has a hidden text-direction control in it (\(visible(String(self))))" : nil
    }
}

/// What a person, or a studio, is called: any script, accents, apostrophes, emoji; one line.
public struct PersonName: Hashable, Sendable, CustomStringConvertible {
    /// The longest name that is accepted, in characters.
    public static let limit = 200

    /// The name: trimmed, single-spaced, in Unicode Normalization Form C, 1 to 200 characters.
    public let text: String

    /// Accepts a name.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - field: What an error calls it.
    /// - Throws: `InvalidInput` where it is empty, too long, or holds control characters, line breaks or hidden
    ///   text-direction controls.
    public init(_ text: String, field: String = "name") throws(InvalidInput) {
        self.text = try SingleLineText.clean(text, field: field, limit: PersonName.limit)
    }

    /// The name itself.
    public var description: String { text }
}

extension String {
    /// The text in Unicode Normalization Form C, so that one name has one spelling in bytes as well.
    var composed: String {
        guard !utf8.allSatisfy({ $0 < 0x80 }) else { return self }
        var scalars = UnicodeScalarView()
        scalars.append(contentsOf: _nfc)
        return String(scalars)
    }
}
