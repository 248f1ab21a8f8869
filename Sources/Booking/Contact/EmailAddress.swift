/// An e-mail address that mail can be sent to, in the form that addresses have in practice.
///
/// The grammar is RFC 5321's `Local-part "@" Domain` with a dot-atom on the left and a dotted host name on the right:
/// no quoted strings, comments, address literals or non-ASCII user names. An internationalised domain is kept in its ASCII
/// form, `xn--…`.
public struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address as mail is sent to it: the local part as typed, the domain in small letters.
    public let address: String

    /// Accepts an address; the spaces around it and invisible characters in it are dropped.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - field: What an error calls it.
    /// - Throws: `InvalidInput` where it is no such address, or longer than 254 octets, or holds a control character.
    public init(_ text: String, field: String = "email") throws(InvalidInput) {
        var typed = Substring(plainTyped(text).utf8.trimmingSpaces)
        let isDomainValid = EmailAddress.makeDomainASCII(in: &typed)
        if let problem = typed.withUTF8({ EmailAddress.problem(in: $0[...], isDomainValid) }) {
            throw InvalidInput(field: field, problem: problem, hint: "write it like maria@example.com")
        }
        let domain = typed.utf8.lastIndex(of: EmailAddress.at) ?? typed.endIndex
        let isSmall = !typed.utf8[domain...].contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        address = isSmall ? String(typed) : String(typed[..<domain]) + typed[domain...].lowercased()
    }

    /// The address itself.
    public var description: String { address }
}

extension EmailAddress {
    /// What two addresses of one mailbox have in common; for finding a person again, never for sending.
    ///
    /// Small letters throughout, and at providers that deliver several spellings to one mailbox, one of them. Elsewhere each
    /// spelling is kept, since the owner of a domain may mean two people by it. Stored with clients and claims: a change of
    /// the rule needs a migration that computes the stored keys again.
    public var matchKey: String {
        let parts = address.lowercased().split(separator: "@", maxSplits: 1)
        return MailboxProvider.mailbox(parts.first ?? "", at: parts.last ?? "")
    }

    /// Gives the domain its ASCII form where it has other characters in it; returns whether it has one.
    private static func makeDomainASCII(in typed: inout Substring) -> Bool {
        guard !typed.utf8.allSatisfy({ $0 < 0x80 }), let at = typed.lastIndex(of: "@") else { return true }
        let domain = typed[typed.index(after: at)...]
        guard !domain.utf8.allSatisfy({ $0 < 0x80 }) else { return true }
        guard let ascii = DomainName.ascii(domain) else { return false }
        typed = typed[...at] + ascii
        return true
    }
}

// Addresses are read with every session: octets, which is all they may be made of, take a fraction of characters' time.
extension EmailAddress {
    private typealias Octets = Slice<UnsafeBufferPointer<UInt8>>

    private static let at = UInt8(ascii: "@")
    private static let dot = UInt8(ascii: ".")
    private static let hyphen = UInt8(ascii: "-")

    private static func problem(in typed: Octets, _ isDomainValid: Bool) -> String? {
        guard !typed.isEmpty else { return "is empty" }
        guard typed.count <= 254 else { return "is longer than 254 characters" }
        guard isDomainValid else { return "has no valid domain after the @" }
        guard typed.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return "has a space, a line break or a character outside ASCII in it"
        }
        guard let at = typed.firstIndex(of: at) else { return "has no @" }
        let domain = typed[typed.index(after: at)...]
        guard !domain.contains(Self.at) else { return "has more than one @" }
        return problem(inLocalPart: typed[..<at]) ?? problem(inDomain: domain)
    }

    private static func problem(inLocalPart local: Octets) -> String? {
        guard !local.isEmpty else { return "has nothing before the @" }
        guard local.count <= 64 else { return "has more than 64 characters before the @" }
        var previous = dot
        for octet in local {
            guard octet != dot || previous != dot else { return "has a dot too many before the @" }
            guard octet == dot || isAtomText(octet) else { return "has a character before the @ that cannot be there" }
            previous = octet
        }
        return previous == dot ? "has a dot too many before the @" : nil
    }

    /// RFC 5322, section 3.2.3: `atext`.
    private static func isAtomText(_ octet: UInt8) -> Bool {
        octet.isASCIILetterOrDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains(octet)
    }

    private static func problem(inDomain domain: Octets) -> String? {
        guard domain.contains(dot) else { return "has no full domain after the @" }
        var rest = domain
        while let end = rest.firstIndex(of: dot) {
            guard isHostLabel(rest[..<end]) else { return "has no valid domain after the @" }
            rest = rest[rest.index(after: end)...]
        }
        return isHostLabel(rest) && !rest.allSatisfy(\.isASCIIDigit) ? nil : "has no valid domain after the @"
    }

    /// Letters, digits and inner hyphens, 1 to 63 of them (RFC 1123, section 2.1); punycode is such a label.
    private static func isHostLabel(_ label: Octets) -> Bool {
        (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
            && label.allSatisfy { $0.isASCIILetterOrDigit || $0 == hyphen }
    }
}
