/// Returns untrusted text in a form that is safe to print on a terminal.
///
/// The result contains nothing that moves the cursor, changes the color, changes the text direction, or is invisible.
///
/// Control characters, line separators, bidirectional controls, private-use and other invisible scalars are replaced by
/// escapes (`\n`, `\e`, `\u{202e}`). Joiners and variation selectors, which are part of the spelling of emoji and of
/// Persian and Indic names, are kept.
///
/// - Parameter text: Any text.
/// - Returns: The text with every invisible scalar escaped.
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

/// Returns the beginning of an input for an error message: escaped, in quotes, at most 40 characters.
///
/// - Parameter text: The input.
/// - Returns: The quoted text, which ends in `…` if it is truncated.
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
    /// Whether a terminal displays this scalar in place, without other effects.
    fileprivate var isPrintable: Bool {
        if (" "..."~").contains(self) { return true }
        if isSpellingJoiner { return true }
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .unassigned, .surrogate, .privateUse: return false
        default: return !properties.isDefaultIgnorableCodePoint && !isAnnotation
        }
    }

    /// Whether this is the zero-width joiner, the non-joiner or a variation selector.
    ///
    /// They are invisible, but part of the spelling of words and emoji.
    private var isSpellingJoiner: Bool {
        ("\u{200C}"..."\u{200D}").contains(self) || ("\u{FE00}"..."\u{FE0F}").contains(self)
    }

    /// Whether this is an interlinear annotation mark, a format character that Unicode does not classify as ignorable.
    private var isAnnotation: Bool { ("\u{FFF9}"..."\u{FFFB}").contains(self) }

    /// Whether this scalar is visible: neither a space, nor a joiner, nor another invisible character.
    var isVisibleCharacter: Bool { isPrintable && !isSpellingJoiner && !properties.isWhitespace }
}
