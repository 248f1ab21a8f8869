/// One header field: a name, and the tokens of its body, between which the line may be folded.
struct HeaderField {
    /// Lines are folded here, well below the 78 that RFC 5322 section 2.1.1 recommends.
    private static let foldingColumn = 76
    /// A longer word could not be folded to a good length, and is encoded instead.
    private static let longestPlainWord = 60

    let name: String
    let tokens: [String]

    /// A field of tokens that are already in their wire form.
    init(_ name: String, _ tokens: String...) {
        self.name = name
        self.tokens = tokens
    }

    /// A field of free text, such as the subject.
    init(_ name: String, text: String) {
        self.name = name
        tokens = Self.isPlain(text) ? Self.words(of: text) : EncodedWord.encode(text)
    }

    /// A field of one mailbox, such as the sender.
    init(_ name: String, mailbox: Mailbox) {
        self.name = name
        tokens = Self.phrase(mailbox.name) + [mailbox.name == nil ? mailbox.address : "<\(mailbox.address)>"]
    }

    /// The field as lines, folded, with the final CRLF.
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

    /// Whether the text survives being split at its spaces and put together again by the reader.
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
