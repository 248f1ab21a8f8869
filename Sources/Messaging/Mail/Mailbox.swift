/// A mailbox of a person or a front desk: an address, optionally with a display name.
///
/// A value is always valid: it cannot break a header, an SMTP command or a calendar.
public struct Mailbox: Hashable, Sendable {
    /// The display name, if any.
    public let name: String?
    /// The address, `local@domain`, in ASCII.
    public let address: String

    /// Creates a mailbox after validation.
    ///
    /// - Parameters:
    ///   - name: The display name, in any script; runs of spaces become one, an empty name becomes nil.
    ///   - address: An `addr-spec` of RFC 5322 with a dot-atom before the @.
    /// - Throws: `CompositionError` for control characters, direction overrides, and text that is not an address.
    public init(name: String?, address: String) throws(CompositionError) {
        try name?.checkSingleLine(.name)
        try Self.check(address: address)
        let collapsed = name.map { $0.isPlainLine ? $0 : $0.split(separator: " ").joined(separator: " ") }
        self.name = collapsed == "" ? nil : collapsed
        self.address = address
    }

    /// Parses `anna@example.com`, `Anna <anna@example.com>` or `"Anna, desk" <anna@example.com>`.
    ///
    /// - Parameter text: A mailbox in the notation of RFC 5322 section 3.4.
    /// - Throws: `CompositionError` when the text is not exactly one valid mailbox.
    public init(parsing text: String) throws(CompositionError) {
        let text = text.trimmingSpaces
        guard text.hasSuffix(">") else {
            try self.init(name: nil, address: text)
            return
        }
        guard let opening = text.lastIndex(of: "<") else {
            throw CompositionError(part: .address, rule: .notAnAddress)
        }
        let address = text[text.index(after: opening)...].dropLast()
        let name = String(text[..<opening]).trimmingSpaces
        try self.init(name: name.unquoted, address: String(address))
    }

    private static func check(address: String) throws(CompositionError) {
        try address.checkSingleLine(.address)
        guard let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) else {
            throw CompositionError(part: .address, rule: .notAnAddress)
        }
        let local = address[..<at]
        let domain = address[address.utf8.index(after: at)...]
        guard local.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw CompositionError(part: .address, rule: .localPartNotASCII)
        }
        guard domain.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw CompositionError(part: .address, rule: .domainNotASCII)
        }
        guard local.isDotAtom, domain.isDomain else { throw CompositionError(part: .address, rule: .notAnAddress) }
        guard address.utf8.count <= 254, local.utf8.count <= 64 else {
            throw CompositionError(part: .address, rule: .tooLong)
        }
    }
}

extension UInt8 {
    /// Whether this is an ASCII letter or digit.
    var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    /// Whether this is `atext` of RFC 5322 section 3.2.3.
    var isAtomText: Bool {
        isLetterOrDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains(self)
    }
}

extension Substring {
    fileprivate var isDotAtom: Bool {
        utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.allSatisfy(\.isAtomText)
        }
    }

    /// Whether this is a host name: labels of letters, digits and hyphens (RFC 5321 section 4.1.2).
    var isDomain: Bool {
        let hyphen = UInt8(ascii: "-")
        return utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.count <= 63 && label.first != hyphen && label.last != hyphen
                && label.allSatisfy { $0.isLetterOrDigit || $0 == hyphen }
        }
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        let start = self.drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }

    /// The content of a quoted string (RFC 5322 section 3.2.4), or the text itself if it is not quoted.
    fileprivate var unquoted: String {
        guard count >= 2, hasPrefix("\""), hasSuffix("\"") else { return self }
        var content = ""
        var isEscaped = false
        for character in dropFirst().dropLast() {
            if character == "\\", !isEscaped {
                isEscaped = true
            } else {
                content.append(character)
                isEscaped = false
            }
        }
        return content
    }
}
