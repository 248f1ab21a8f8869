extension String {
    /// This text in lines of at most so many characters, broken at spaces; a longer word keeps a line of its own.
    func wrapped(at width: Int) -> String {
        split(separator: "\n", omittingEmptySubsequences: false)
            .map { Self.wrap($0, at: width) }.joined(separator: "\n")
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
