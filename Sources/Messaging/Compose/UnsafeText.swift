extension Unicode.Scalar {
    /// Whether this is a control character or a line break of Unicode (general categories Cc, Zl, Zp).
    var isControl: Bool {
        switch value {
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029: true
        default: false
        }
    }

    /// Whether this overrides, embeds or isolates the direction of the text that follows it.
    ///
    /// The plain marks U+200E and U+200F stay allowed: Hebrew and Arabic names use them.
    var isDirectionOverride: Bool {
        switch value {
        case 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

extension String {
    /// Refuses text that could break out of a header line or disguise what it says.
    func checkSingleLine(_ part: CompositionError.Part) throws(CompositionError) {
        for scalar in unicodeScalars {
            if scalar.isControl { throw CompositionError(part: part, rule: .controlCharacter) }
            if scalar.isDirectionOverride { throw CompositionError(part: part, rule: .directionOverride) }
        }
    }

    /// This text with line breaks as LF, and control characters and direction overrides made visible as U+FFFD.
    var safeMultiline: String {
        guard unicodeScalars.contains(where: { $0 != "\n" && $0 != "\t" && ($0.isControl || $0.isDirectionOverride) })
        else { return self }
        var safe = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in unicodeScalars {
            defer { previous = scalar }
            switch scalar {
            case "\n" where previous == "\r": continue
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": safe.append("\n")
            case "\t": safe.append(scalar)
            default: safe.append(scalar.isControl || scalar.isDirectionOverride ? "\u{FFFD}" : scalar)
            }
        }
        return String(safe)
    }

    /// This text on one line: runs of white space become one space, what is unsafe becomes U+FFFD.
    var safeSingleLine: String {
        safeMultiline.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
