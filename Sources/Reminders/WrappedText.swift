extension String {
    /// Keeps two words on one line.
    static let noBreakSpace = "\u{A0}"

    /// This text in lines of at most so many characters, broken at spaces; a longer word keeps a line of its own.
    ///
    /// A no-break space has then done its work, and becomes a space that every program can search for.
    func wrapped(at width: Int) -> String {
        var wrapped = ""
        wrapped.reserveCapacity(utf8.count)
        for (index, line) in utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if index > 0 { wrapped += "\n" }
            wrapped.append(Substring(line), at: width)
        }
        return wrapped
    }

    private mutating func append(_ line: Substring, at width: Int) {
        // Octets are counted much faster than characters, and in ASCII they are the same.
        let isASCII = line.utf8.allSatisfy { $0 < 0x80 }
        let words =
            isASCII ? line.utf8.split(separator: UInt8(ascii: " ")).map { Substring($0) } : line.split(separator: " ")
        var column = 0
        for word in words {
            let length = isASCII ? word.utf8.count : word.count
            if column > 0 {
                let fits = column + 1 + length <= width
                self += fits ? " " : "\n"
                column = fits ? column + 1 : 0
            }
            self += word.utf8.contains(0xA0) ? word.replacing(Self.noBreakSpace, with: " ") : word
            column += length
        }
    }
}
