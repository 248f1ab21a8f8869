import FoundationEssentials

/// A header field: a name, and the tokens of its body, between which the line may be folded.
struct HeaderField {
    /// The column for folding, below the 78 characters that RFC 5322 section 2.1.1 recommends.
    private static let foldingColumn = 76
    /// The maximum length of a plain word; longer ones could not be folded well and are encoded instead.
    private static let longestPlainWord = 60

    let name: String
    let tokens: [String]

    /// Creates a field from tokens in their wire form.
    init(_ name: String, _ tokens: String...) {
        self.name = name
        self.tokens = tokens
    }

    /// Creates a field of free text, such as the subject.
    init(_ name: String, text: String) {
        self.name = name
        tokens = Self.isPlain(text) ? Self.words(of: text) : EncodedWord.encode(text)
    }

    /// Creates a field of one mailbox, such as the sender.
    init(_ name: String, mailbox: Mailbox) {
        self.name = name
        tokens = Self.phrase(mailbox.name) + [mailbox.name == nil ? mailbox.address : "<\(mailbox.address)>"]
    }

    /// The folded lines of the field, with the final CRLF.
    var rendered: String {
        var lines = ""
        var line = name + ":"
        for (index, token) in tokens.enumerated() {
            if index > 0, line.utf8.count + 1 + token.utf8.count > Self.foldingColumn {
                lines += line + "\r\n"
                line = ""
            }
            line += " " + token
        }
        return lines + line + "\r\n"
    }

    private static func phrase(_ name: String?) -> [String] {
        guard let name else { return [] }
        guard isPlain(name) else { return EncodedWord.encode(name) }
        if name.utf8.allSatisfy({ $0.isAtomText || $0 == UInt8(ascii: " ") }) { return words(of: name) }
        let escaped = name.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return words(of: "\"\(escaped)\"")
    }

    /// Returns whether the text is unchanged after splitting it at its spaces and joining the words.
    private static func isPlain(_ text: String) -> Bool {
        guard !text.isEmpty, text.isPlainLine, !holdsEncodedWord(text) else { return false }
        return text.utf8.split(separator: UInt8(ascii: " ")).allSatisfy { $0.count <= longestPlainWord }
    }

    private static func holdsEncodedWord(_ text: String) -> Bool {
        zip(text.utf8, text.utf8.dropFirst()).contains { $0 == (UInt8(ascii: "="), UInt8(ascii: "?")) }
    }

    private static func words(of text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: " ")).map { String(Substring($0)) }
    }
}

/// The encoding of non-ASCII text in a header line: `=?UTF-8?B?...?=` (RFC 2047).
enum EncodedWord {
    /// The maximum length of an encoded word, so that a line stays below 76 characters even after the longest field
    /// name.
    static let maximumLength = 64

    private static let opening = "=?UTF-8?B?"
    private static let closing = "?="
    /// The maximum number of octets in an encoded word; base64 encodes three octets as four characters.
    private static let maximumOctets = (maximumLength - opening.count - closing.count) / 4 * 3

    /// Encodes text as words for one or more lines, without splitting characters between words.
    static func encode(_ text: String) -> [String] {
        chunks(of: text).map { opening + Data($0.utf8).base64EncodedString() + closing }
    }

    private static func chunks(of text: String) -> [String] {
        var chunks: [String] = []
        var chunk = ""
        for piece in pieces(of: text) {
            if chunk.utf8.count + piece.utf8.count > maximumOctets {
                chunks.append(chunk)
                chunk = ""
            }
            chunk += piece
        }
        return chunk.isEmpty ? chunks : chunks + [chunk]
    }

    /// Returns the user-perceived characters; one that is too long for a word is split into its scalars.
    private static func pieces(of text: String) -> [String] {
        text.flatMap { character in
            let isShort = character.utf8.count <= maximumOctets
            return isShort ? [String(character)] : character.unicodeScalars.map { String($0) }
        }
    }
}

extension EncodedWord {
    /// Decodes the encoded words of a header field's body (RFC 2047); undecodable ones remain unchanged.
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

    /// Returns the text of the encoded word at the beginning and the index after it; otherwise `nil` and the index
    /// after `=?`.
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
    /// Returns the first index of a text in this one.
    fileprivate func firstRange(ofText text: String) -> Index? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(text) { return index }
            formIndex(after: &index)
        }
        return nil
    }
}
