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
