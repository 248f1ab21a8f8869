extension String {
    /// Keeps two words on one line.
    static let noBreakSpace = "\u{A0}"

    /// This text in lines of at most so many characters, broken at spaces; a longer word keeps a line of its own.
    ///
    /// A no-break space has then done its work, and becomes a space that every program can search for.
    func wrapped(at width: Int) -> String {
        let (space, lineEnd) = (UInt8(ascii: " "), UInt8(ascii: "\n"))
        let octets = Array(utf8)
        var wrapped: [UInt8] = []
        wrapped.reserveCapacity(octets.count)
        var (start, column) = (0, 0)
        while start < octets.count {
            let end = octets[start...].firstIndex { $0 == space || $0 == lineEnd } ?? octets.count
            if start < end {
                let word = Self.word(octets[start..<end])
                if column > 0 {
                    let fits = column + 1 + word.length <= width
                    wrapped.append(fits ? space : lineEnd)
                    column = fits ? column + 1 : 0
                }
                wrapped += word.octets
                column += word.length
            }
            if end < octets.count, octets[end] == lineEnd {
                wrapped.append(lineEnd)
                column = 0
            }
            start = end + 1
        }
        return String(decoding: wrapped, as: UTF8.self)
    }

    /// A word as it is shown, and how many characters it has.
    ///
    /// In ASCII, characters are octets, and these are counted much faster: few words are of anything else.
    private static func word(_ octets: ArraySlice<UInt8>) -> (octets: ArraySlice<UInt8>, length: Int) {
        guard octets.contains(where: { $0 >= 0x80 }) else { return (octets, octets.count) }
        let text = String(decoding: octets, as: UTF8.self)
        let shown = octets.contains(0xA0) ? text.replacing(noBreakSpace, with: " ") : text
        return (ArraySlice(shown.utf8), text.count)
    }
}
