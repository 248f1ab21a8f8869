import Booking

/// Returns the width of a text in terminal columns: two for each East Asian wide character and emoji, none for
/// combining marks.
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
    // Korean vowels and final consonants combine with the preceding consonant.
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
    /// Returns the text padded with blanks to a width.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - displayWidth(self)))
    }
}

extension String {
    /// Returns the text, truncated with an ellipsis if it exceeds a width.
    ///
    /// - Parameter width: The width in terminal columns; at least 1.
    /// - Returns: A text of at most that width.
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

    /// Wraps the text at blanks into lines of a width; a longer word is truncated.
    ///
    /// - Parameters:
    ///   - width: The width in terminal columns.
    ///   - indent: The number of blanks before every line but the first.
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
    /// The text with control characters made visible.
    var visible: String { Booking.visible(self) }

    /// The same for a text of several lines; its line breaks are kept.
    var visibleLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).visible }.joined(separator: "\n")
    }
}

/// The text styles for a terminal.
enum Style {
    /// Returns the text in bold, for headings and labels.
    static func bold(_ text: String, when colored: Bool) -> String {
        wrapped(text, in: "1", when: colored)
    }

    /// Returns the text dimmed, for secondary text.
    static func dim(_ text: String, when colored: Bool) -> String {
        wrapped(text, in: "2", when: colored)
    }

    /// Returns the text in bold red, for errors and warnings.
    static func red(_ text: String, when colored: Bool) -> String {
        wrapped(text, in: "1;31", when: colored)
    }

    /// Returns the text in green, for successes.
    static func green(_ text: String, when colored: Bool) -> String {
        wrapped(text, in: "32", when: colored)
    }

    /// Returns the text in yellow, for what waits.
    static func yellow(_ text: String, when colored: Bool) -> String {
        wrapped(text, in: "33", when: colored)
    }

    private static func wrapped(_ text: String, in code: String, when colored: Bool) -> String {
        colored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

/// Durations in few characters, for columns: `4s`, `12m`, `3h`, `5d`.
enum CompactDuration {
    /// Returns the duration in the largest unit that fits, rounded down.
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
