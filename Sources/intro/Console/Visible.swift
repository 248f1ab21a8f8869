extension String {
    /// The text with everything a terminal would act on written out, as in `\u{1B}`.
    ///
    /// That is: control characters, line and paragraph separators, and the marks that turn the direction of what
    /// follows.
    var visible: String {
        guard unicodeScalars.contains(where: \.isActedOnByTerminals) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isActedOnByTerminals {
                text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// The same for a text of several lines, whose own line ends stay.
    var visibleLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).visible }.joined(separator: "\n")
    }
}

extension Unicode.Scalar {
    fileprivate var isActedOnByTerminals: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: isDirectionMark || isInvisible
        default: false
        }
    }

    private var isDirectionMark: Bool {
        switch value {
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// Marks that show nothing at all; the joiners, which emoji and Persian need, are not among them.
    private var isInvisible: Bool {
        switch value {
        case 0x200B, 0x2060...0x2064, 0xFEFF, 0xE0001: true
        default: false
        }
    }
}
