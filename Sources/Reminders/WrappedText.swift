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
    /// In ASCII, characters are octets, and these are counted much faster: few words are of anything else.
    private static func words(of line: ArraySlice<UInt8>) -> [(octets: ArraySlice<UInt8>, length: Int)] {
        line.split(separator: UInt8(ascii: " ")).map { word in
            guard word.contains(where: { $0 >= 0x80 }) else { return (word, word.count) }
            let text = String(decoding: word, as: UTF8.self)
            let shown = word.contains(0xA0) ? text.replacing(noBreakSpace, with: " ") : text
            return (ArraySlice(shown.utf8), text.count)
        }
    }
}
