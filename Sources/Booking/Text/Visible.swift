/// Returns text from outside so that it can be printed on a terminal: nothing in it moves the cursor, changes the colour,
/// turns the direction of what follows, or hides.
///
/// Control characters, line separators, bidirectional controls, private-use and other invisible scalars are written as
/// escapes (`\n`, `\e`, `\u{202e}`). The joiners and variation selectors that emoji and Persian or Indic names are spelled
/// with stay as they are.
///
/// - Parameter text: Any text, however hostile.
/// - Returns: The same text with every invisible scalar spelled out.
public func visible(_ text: String) -> String {
    var shown = ""
    shown.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
        if scalar.isPrintable {
            shown.unicodeScalars.append(scalar)
        } else {
            shown += escape(scalar)
        }
    }
    return shown
}

/// The beginning of a refused input as an error may repeat it: visible, quoted, at most 40 characters.
///
/// - Parameter text: What was typed.
/// - Returns: As much of it as tells it from others.
public func quoted(_ text: String) -> String {
    let limit = 40
    let start = text.unicodeScalars.prefix(limit + 1)
    let shown = visible(String(start))
    let isCut = shown.count > limit || start.count > limit
    return "\"\(isCut ? shown.prefix(limit - 1) + "…" : shown[...])\""
}

private func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\0": "\\0"
    case "\t": "\\t"
    case "\n": "\\n"
    case "\r": "\\r"
    case "\u{1B}": "\\e"
    default: "\\u{\(String(scalar.value, radix: 16))}"
    }
}

extension Unicode.Scalar {
    /// Whether a terminal shows this scalar as what it is, in its place.
    fileprivate var isPrintable: Bool {
        if (" "..."~").contains(self) { return true }
        if isSpellingJoiner { return true }
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .unassigned, .surrogate, .privateUse: return false
        default: return !properties.isDefaultIgnorableCodePoint && !isAnnotation
        }
    }

    /// Zero-width joiner, non-joiner and the variation selectors: invisible, yet part of how words and emoji are spelled.
    private var isSpellingJoiner: Bool {
        ("\u{200C}"..."\u{200D}").contains(self) || ("\u{FE00}"..."\u{FE0F}").contains(self)
    }

    /// The interlinear annotation marks: format characters that Unicode does not count among the ignorable ones.
    private var isAnnotation: Bool { ("\u{FFF9}"..."\u{FFFB}").contains(self) }

    /// Whether this scalar leaves any ink: neither space, nor joiner, nor anything invisible.
    var isVisibleCharacter: Bool { isPrintable && !isSpellingJoiner && !properties.isWhitespace }
}
