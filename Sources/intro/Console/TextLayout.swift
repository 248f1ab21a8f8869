import Booking

/// How many columns of a terminal a text takes: two for each East Asian wide character and emoji, none for combining
/// marks.
func displayWidth(_ text: String) -> Int {
    text.reduce(0) { $0 + width(of: $1) }
}

private func width(of character: Character) -> Int {
    let scalars = character.unicodeScalars
    if let first = scalars.first, first.properties.isEmojiPresentation || scalars.contains("\u{FE0F}") {
        return 2
    }
    return scalars.reduce(0) { $0 + width(of: $1) }
}

private func width(of scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    // Vowels and final consonants of Korean join the consonant before them.
    if (0x1160...0x11FF).contains(scalar.value) {
        return 0
    }
    return wideRanges.contains { $0.contains(scalar.value) } ? 2 : 1
}

/// The blocks whose characters have East_Asian_Width W or F in Unicode's UAX #11.
private let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
    0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
    0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x1F300...0x1F64F,
    0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
]

extension String {
    /// The text with blanks up to a width.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - displayWidth(self)))
    }
}

extension String {
    /// The text where it fits a width, else its beginning and an ellipsis.
    ///
    /// - Parameter width: Columns of a terminal; at least 1.
    /// - Returns: At most so many columns.
    func truncated(to width: Int) -> String {
        guard displayWidth(self) > width else { return self }
        var kept = ""
        var columns = 1
        for character in self {
            columns += displayWidth(String(character))
            if columns > width { break }
            kept.append(character)
        }
        return kept + "…"
    }

    /// The text in lines that fit a width, broken at blanks; a longer word is cut.
    ///
    /// - Parameters:
    ///   - width: Columns of a terminal.
    ///   - indent: Blanks at the beginning of every line but the first.
    /// - Returns: At least one line.
    func wrapped(to width: Int, indent: Int = 0) -> [String] {
        var lines: [String] = []
        var line = ""
        var isEmpty = true
        for word in split(separator: " ", omittingEmptySubsequences: false).map(String.init) {
            if !isEmpty, displayWidth(line) + 1 + displayWidth(word) > width {
                lines.append(line)
                (line, isEmpty) = (String(repeating: " ", count: indent), true)
            }
            line += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        return (lines + [line]).map { $0.truncated(to: width) }
    }
}

extension String {
    /// The text with everything a terminal would act on written out.
    var visible: String { Booking.visible(self) }

    /// The same for a text of several lines, whose own line ends stay.
    var visibleLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).visible }.joined(separator: "\n")
    }
}

/// The few looks that text on a terminal can have.
enum Style {
    /// Headings and labels.
    static func bold(_ text: String, when colored: Bool) -> String {
        wrapped(text, in: "1", when: colored)
    }

    /// What may be overlooked.
    static func dim(_ text: String, when colored: Bool) -> String {
        wrapped(text, in: "2", when: colored)
    }

    /// What must not be overlooked.
    static func red(_ text: String, when colored: Bool) -> String {
        wrapped(text, in: "1;31", when: colored)
    }

    private static func wrapped(_ text: String, in code: String, when colored: Bool) -> String {
        colored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

/// Lengths of time in few characters, for columns: `4s`, `12m`, `3h`, `5d`.
enum CompactDuration {
    /// The largest unit that fits, rounded down.
    static func text(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        return switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3600: "\(seconds / 60)m"
        case ..<86_400: "\(seconds / 3600)h"
        default: "\(seconds / 86_400)d"
        }
    }
}
