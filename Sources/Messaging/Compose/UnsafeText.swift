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
    /// Whether this is printable ASCII with single spaces between its words: safe, and as tidy as it can be.
    ///
    /// So is most of what people write, and this is found out much faster than what is wrong with the rest.
    var isPlainLine: Bool {
        let space = UInt8(ascii: " ")
        var previous = space
        for octet in utf8 {
            guard (0x20...0x7E).contains(octet), octet != space || previous != space else { return false }
            previous = octet
        }
        return previous != space || isEmpty
    }

    /// Refuses text that could break out of a header line or disguise what it says.
    func checkSingleLine(_ part: CompositionError.Part) throws(CompositionError) {
        if isPlainLine { return }
        for scalar in unicodeScalars {
            if scalar.isControl { throw CompositionError(part: part, rule: .controlCharacter) }
            if scalar.isDirectionOverride { throw CompositionError(part: part, rule: .directionOverride) }
        }
    }

    /// This text with line breaks as LF, and control characters and direction overrides made visible as U+FFFD.
    var safeMultiline: String {
        guard holdsUnsafeOctets else { return self }
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
        let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
        let end = utf8.lastIndex { $0 != lf && $0 != cr }.map { utf8.index(after: $0) } ?? startIndex
        let line = String(self[..<end])
        return line.isPlainLine
            ? line : line.safeMultiline.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Whether there is anything in the octets of this text that several lines of it must not hold.
    private var holdsUnsafeOctets: Bool {
        let octets = utf8Span.span
        for index in octets.indices {
            switch octets[index] {
            case UInt8(ascii: "\n"), UInt8(ascii: "\t"): continue
            case 0...0x1F, 0x7F: return true
            // U+0080 to U+009F.
            case 0xC2 where octets[index + 1] <= 0x9F: return true
            // U+2028 to U+202E.
            case 0xE2 where octets[index + 1] == 0x80 && (0xA8...0xAE).contains(octets[index + 2]): return true
            // U+2066 to U+2069.
            case 0xE2 where octets[index + 1] == 0x81 && (0xA6...0xA9).contains(octets[index + 2]): return true
            default: continue
            }
        }
        return false
    }
}
