import FoundationEssentials

extension EncodedWord {
    /// A header field's body with its encoded words as text (RFC 2047); what cannot be decoded stays as it is.
    static func decoding(_ field: String) -> String {
        var (text, rest, previousWasEncoded) = ("", field[...], false)
        while let opening = rest.firstRange(ofText: "=?") {
            let gap = rest[..<opening]
            let (word, end) = word(in: rest[opening...])
            // White space between two encoded words is not part of the text.
            if !(previousWasEncoded && word != nil && gap.allSatisfy(\.isWhitespace)) { text += gap }
            text += word ?? "=?"
            rest = rest[end...]
            previousWasEncoded = word != nil
        }
        return text + rest
    }

    /// The text of the word that begins here, and what comes behind it; behind the opening where it is no such word.
    private static func word(in text: Substring) -> (String?, Substring.Index) {
        let content = text.dropFirst(2)
        let parts = content.split(separator: "?", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[3].first == "=", let octets = octets(parts[2], encoding: parts[1]),
            let word = decode(octets, charset: parts[0].lowercased())
        else { return (nil, content.startIndex) }
        return (word, parts[3].index(after: parts[3].startIndex))
    }

    private static func octets(_ text: Substring, encoding: Substring) -> [UInt8]? {
        switch encoding.uppercased() {
        case "B": Data(base64Encoded: String(text)).map { [UInt8]($0) }
        case "Q":
            Array(TransferEncoding("quoted-printable").decode(Array(text.utf8.map { $0 == 0x5F ? 0x20 : $0 })[...]))
        default: nil
        }
    }

    private static func decode(_ octets: [UInt8], charset: String) -> String? {
        switch charset.prefix(while: { $0 != "*" }) {
        case "utf-8", "us-ascii": String(decoding: octets, as: UTF8.self)
        case "iso-8859-1", "iso-8859-15", "windows-1252":
            String(String.UnicodeScalarView(octets.map { Unicode.Scalar($0) }))
        default: nil
        }
    }
}

extension Substring {
    /// Where a text begins in this one.
    fileprivate func firstRange(ofText text: String) -> Index? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(text) { return index }
            formIndex(after: &index)
        }
        return nil
    }
}
