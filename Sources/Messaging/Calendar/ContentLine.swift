/// One line of a calendar: a name, parameters and a value (RFC 5545 section 3.1).
struct ContentLine {
    /// The maximum length of a line in octets, without its line ending.
    private static let maximumOctets = 75

    private var line: String

    /// Creates a line whose value needs no escapes, such as an instant or a number.
    init(_ name: String, _ value: String) {
        line = "\(name):\(value)"
    }

    /// Creates a line with a TEXT value (RFC 5545 section 3.3.11).
    init(_ name: String, text: String) {
        self.init(name, Self.escape(text))
    }

    /// Creates a line with a person's mailbox as its value.
    init(_ name: String, mailbox: Mailbox, parameters: String = "") {
        let shown = mailbox.name.map { ";CN=\(Self.quote($0))" } ?? ""
        self.init(name + shown + parameters, "mailto:\(mailbox.address)")
    }

    /// The line folded at 75 octets, never inside a character, with its final CRLF.
    var rendered: String {
        guard line.utf8.count > Self.maximumOctets else { return line + "\r\n" }
        var folded: [UInt8] = []
        var rest = Array(line.utf8)[...]
        while rest.count > room(after: folded) {
            var end = rest.startIndex + room(after: folded)
            while UTF8.isContinuation(rest[end]) { end -= 1 }
            folded += rest[..<end]
            folded += "\r\n ".utf8
            rest = rest[end...]
        }
        return String(decoding: folded + rest, as: UTF8.self) + "\r\n"
    }

    /// Returns the octets available on the current line; continuation lines begin with a space, which counts.
    private func room(after folded: [UInt8]) -> Int {
        folded.isEmpty ? Self.maximumOctets : Self.maximumOctets - 1
    }

    private static func escape(_ text: String) -> String {
        let safe = text.safeMultiline
        guard safe.utf8.contains(where: { "\n\\;,".utf8.contains($0) }) else { return safe }
        var escaped: [UInt8] = []
        for octet in safe.utf8 {
            switch octet {
            case UInt8(ascii: "\n"): escaped += "\\n".utf8
            case UInt8(ascii: "\\"), UInt8(ascii: ";"), UInt8(ascii: ","): escaped += [UInt8(ascii: "\\"), octet]
            default: escaped.append(octet)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    /// Returns a parameter's value in quotes; characters not allowed in quotes are encoded with carets (RFC 6868).
    private static func quote(_ text: String) -> String {
        var quoted = ""
        for scalar in text.safeSingleLine.unicodeScalars {
            switch scalar {
            case "^": quoted += "^^"
            case "\"": quoted += "^'"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return "\"\(quoted)\""
    }
}
