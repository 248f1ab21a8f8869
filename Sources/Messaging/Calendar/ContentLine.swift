/// One line of a calendar: a name, parameters and a value (RFC 5545 section 3.1).
struct ContentLine {
    /// A line holds at most 75 octets, its line end not counted.
    private static let maximumOctets = 75

    private var line: String

    /// A line whose value needs no escapes, such as an instant or a number.
    init(_ name: String, _ value: String) {
        line = "\(name):\(value)"
    }

    /// A line of text for people (RFC 5545 section 3.3.11).
    init(_ name: String, text: String) {
        self.init(name, Self.escape(text))
    }

    /// A line that names a person by mailbox.
    init(_ name: String, mailbox: Mailbox, parameters: String = "") {
        let shown = mailbox.name.map { ";CN=\(Self.quote($0))" } ?? ""
        self.init(name + shown + parameters, "mailto:\(mailbox.address)")
    }

    /// The line folded at 75 octets, never inside a character, with its final CRLF.
    var rendered: String {
        var folded = ""
        var octets = 0
        for scalar in line.unicodeScalars {
            let width = UTF8.width(scalar)
            if octets + width > Self.maximumOctets {
                folded += "\r\n "
                octets = 1
            }
            folded.unicodeScalars.append(scalar)
            octets += width
        }
        return folded + "\r\n"
    }

    private static func escape(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.safeMultiline.unicodeScalars {
            switch scalar {
            case "\n": escaped.append(contentsOf: "\\n".unicodeScalars)
            case "\\", ";", ",": escaped.append(contentsOf: ["\\", scalar])
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    /// A parameter's value in quotes; what quotes cannot hold is written with carets (RFC 6868).
    private static func quote(_ text: String) -> String {
        var quoted = String.UnicodeScalarView()
        for scalar in text.safeSingleLine.unicodeScalars {
            switch scalar {
            case "^": quoted.append(contentsOf: "^^".unicodeScalars)
            case "\"": quoted.append(contentsOf: "^'".unicodeScalars)
            default: quoted.append(scalar)
            }
        }
        return "\"\(String(quoted))\""
    }
}
