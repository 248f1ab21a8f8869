extension String {
    /// Keeps two words on one line.
    static let noBreakSpace = "\u{A0}"

    /// This text in lines of at most so many characters, broken at spaces; a longer word keeps a line of its own.
    ///
    /// A no-break space has then done its work, and becomes a space that every program can search for.
    func wrapped(at width: Int) -> String {
        split(separator: "\n", omittingEmptySubsequences: false)
            .map { Self.wrap($0, at: width) }.joined(separator: "\n").replacing(Self.noBreakSpace, with: " ")
    }

    private static func wrap(_ line: Substring, at width: Int) -> String {
        var lines: [String] = []
        for word in line.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines.joined(separator: "\n")
    }
}
