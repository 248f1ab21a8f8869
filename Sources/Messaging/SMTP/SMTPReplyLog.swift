/// Collects the server's reply lines, and finds the words of the one that mattered.
struct SMTPReplyLog {
    /// Longer replies are cut.
    private static let maximumLength = 200
    /// A server that talks without end is not listened to without end.
    private static let maximumLines = 20

    private var lines: [(code: Int, text: String, isFinal: Bool)] = []

    /// Takes in one line as it came from the server.
    mutating func append(_ line: some Collection<UInt8>) {
        let text = String(decoding: line, as: UTF8.self).safeSingleLine
        guard let code = Int(text.prefix(3)), code >= 100 else { return }
        if lines.count == Self.maximumLines { lines.removeFirst() }
        lines.append((code, text, text.dropFirst(3).first != "-"))
    }

    /// The words of the last reply with a code, on one line; what came after it, such as the answer to QUIT, is left out.
    func reply(code: Int) -> String {
        guard let last = lines.lastIndex(where: { $0.code == code }) else { return "" }
        let first = lines[..<last].lastIndex { $0.code != code || $0.isFinal }.map { $0 + 1 } ?? 0
        let words = [lines[first].text] + lines[first...last].dropFirst().map { String($0.text.dropFirst(4)) }
        return String(words.joined(separator: " ").prefix(Self.maximumLength))
    }
}
