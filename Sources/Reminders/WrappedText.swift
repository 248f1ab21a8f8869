extension String {
    /// Keeps two words on one line.
    static let noBreakSpace = "\u{A0}"

    /// This text in lines of at most so many characters, broken at spaces; a longer word keeps a line of its own.
    ///
    /// A no-break space has then done its work, and becomes a space that every program can search for.
    func wrapped(at width: Int) -> String {
        var wrapped: [UInt8] = []
        for line in Array(utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            var column = 0
            for word in Self.words(of: line) {
                if column > 0 {
                    let fits = column + 1 + word.length <= width
                    wrapped.append(fits ? UInt8(ascii: " ") : UInt8(ascii: "\n"))
                    column = fits ? column + 1 : 0
                }
                wrapped += word.octets
                column += word.length
            }
            wrapped.append(UInt8(ascii: "\n"))
        }
        return String(decoding: wrapped.dropLast(), as: UTF8.self)
    }

    /// A line's words, and how many characters each has.
    ///
    /// In ASCII, characters are octets, and these are counted much faster.
    private static func words(of line: ArraySlice<UInt8>) -> [(octets: ArraySlice<UInt8>, length: Int)] {
        guard line.contains(where: { $0 >= 0x80 }) else {
            return line.split(separator: UInt8(ascii: " ")).map { ($0, $0.count) }
        }
        return String(decoding: line, as: UTF8.self).split(separator: " ").map { word in
            let shown = word.utf8.contains(0xA0) ? word.replacing(noBreakSpace, with: " ") : word
            return (ArraySlice(shown.utf8), word.count)
        }
    }
}
