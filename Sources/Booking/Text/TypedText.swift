/// Returns what was typed or pasted as an e-mail address or a phone number in plain characters.
///
/// Characters that leave no mark are dropped: text-direction marks such as U+200E and U+202A…U+202D, which address books add
/// to a number when it is copied, zero-width spaces and joiners, U+00AD, U+2060, U+FEFF. Full-width forms become ASCII, and
/// every space a plain one. U+202E, which reverses what is read after it, stays, so that it is refused.
///
/// - Parameter text: What was typed.
/// - Returns: The same text, plainer.
func plainTyped(_ text: String) -> String {
    guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
    var plain = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where !scalar.isMarkless {
        plain.append(scalar.plain)
    }
    return String(plain)
}

extension Unicode.Scalar {
    /// Whether it is invisible and takes no space.
    fileprivate var isMarkless: Bool {
        guard self != "\u{202E}" else { return false }
        return properties.isDefaultIgnorableCodePoint || self == "\u{FFF9}" || self == "\u{FFFA}" || self == "\u{FFFB}"
    }

    /// The plain character that it stands for, or itself.
    fileprivate var plain: Unicode.Scalar {
        switch self {
        case "\u{FF01}"..."\u{FF5E}": Unicode.Scalar(value - 0xFEE0) ?? self
        case "\u{FE62}": "+"
        case "\u{FE63}": "-"
        case "\u{FE6B}": "@"
        default: properties.generalCategory == .spaceSeparator ? " " : self
        }
    }
}
