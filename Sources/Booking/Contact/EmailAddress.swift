import CDomainName

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
        var typed = Substring(normalizedInput(text).utf8.trimmingSpaces)
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

/// A mail provider that delivers several spellings of an address to one mailbox.
///
/// The table holds what the providers document for all of their mailboxes. A provider that is missing, or a domain of one's
/// own, keeps every spelling apart: two people may share a domain.
struct MailboxProvider: Sendable {
    /// What follows the user name and is not part of it.
    enum Domains: Sendable {
        /// These domains name one mailbox; the first is used in keys.
        case aliases([String])
        /// The same user name may belong to somebody else at each of these domains.
        case separate([String])
        /// The same, for a name under any country's domain: `hotmail.com`, `hotmail.fr`, `hotmail.co.uk`.
        case everywhere([String], except: Set<String>)
    }

    let domains: Domains
    /// Characters of a user name that are ignored, or equal to others.
    var equivalents: [Character: String] = [:]
    /// Characters that begin a tag, which is not part of the user name.
    var tags: Set<Character> = ["+"]
    /// Whether `tag@user.domain` is delivered to `user@domain`.
    var hasUserDomains = false

    /// Every provider that is known.
    static let all = [
        // Google: dots do not count, googlemail.com is gmail.com.
        MailboxProvider(domains: .aliases(["gmail.com", "googlemail.com"]), equivalents: [".": ""]),
        // Proton: dots, hyphens and underscores do not count, and a user name is one person's at all of these.
        MailboxProvider(
            domains: .aliases(["proton.me", "protonmail.com", "pm.me", "protonmail.ch"]),
            equivalents: [".": "", "-": "", "_": ""]),
        // Apple: an address at the older domains is one at icloud.com.
        MailboxProvider(domains: .aliases(["icloud.com", "me.com", "mac.com"])),
        // Yandex: a dot and a hyphen are the same character.
        MailboxProvider(
            domains: .aliases([
                "yandex.ru", "ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "yandex.com.tr",
            ]),
            equivalents: [".": "-"]),
        // Microsoft: one user name at two of its domains may be two people.
        MailboxProvider(domains: .everywhere(["outlook", "hotmail", "live"], except: [])),
        MailboxProvider(domains: .separate(["msn.com", "windowslive.com", "passport.com"])),
        // Yahoo: neither character can be part of a user name. Yahoo Japan is another company.
        MailboxProvider(domains: .everywhere(["yahoo"], except: ["yahoo.co.jp"]), tags: ["+", "-"]),
        MailboxProvider(domains: .separate(["ymail.com", "rocketmail.com"]), tags: ["+", "-"]),
        MailboxProvider(
            domains: .separate(["fastmail.com", "fastmail.fm", "fastmail.net", "fastmail.org", "sent.com"]),
            hasUserDomains: true),
        MailboxProvider(
            domains: .separate(["zoho.com", "zohomail.com", "zoho.eu", "zoho.in", "posteo.de", "mailbox.org"])),
    ]
}

extension MailboxProvider {
    /// The mailbox that an address is delivered to, as `user@domain`.
    ///
    /// - Parameters:
    ///   - local: What stands before the @, in small letters.
    ///   - domain: What stands after it, in small letters.
    /// - Returns: One text for all spellings of the mailbox; the address itself where no provider is known.
    static func mailbox(_ local: Substring, at domain: Substring) -> String {
        for provider in all {
            if let name = provider.canonical(domain) { return provider.user(local) + "@" + name }
            if let (user, name) = provider.userDomain(domain) { return provider.user(user) + "@" + name }
        }
        return "\(local)@\(domain)"
    }

    /// The name that keys have for a domain of this provider; `nil` for any other domain.
    private func canonical(_ domain: Substring) -> String? {
        switch domains {
        case .aliases(let names):
            names.contains(String(domain)) ? names.first : nil
        case .separate(let names):
            names.contains(String(domain)) ? String(domain) : nil
        case .everywhere(let names, let exceptions):
            !exceptions.contains(String(domain)) && names.contains { Self.isCountryDomain(domain, of: $0) }
                ? String(domain) : nil
        }
    }

    /// Whether a domain is a name under `com`, a country's domain, or `co` or `com` of a country.
    private static func isCountryDomain(_ domain: Substring, of name: String) -> Bool {
        guard domain.hasPrefix(name + ".") else { return false }
        let labels = domain.dropFirst(name.count + 1).split(separator: ".", omittingEmptySubsequences: false)
        switch labels.count {
        case 1: return labels[0] == "com" || labels[0].count == 2
        case 2: return ["co", "com"].contains(labels[0]) && labels[1].count == 2
        default: return false
        }
    }

    /// The parts of `user.domain` where this provider delivers that to `user@domain`.
    private func userDomain(_ domain: Substring) -> (user: Substring, name: String)? {
        guard hasUserDomains, let dot = domain.firstIndex(of: "."),
            let name = canonical(domain[domain.index(after: dot)...])
        else { return nil }
        return (domain[..<dot], name)
    }

    /// A user name without its tag and with one spelling.
    private func user(_ local: Substring) -> String {
        // A tag in front leaves no name to deliver to, so it is none.
        let end = local.dropFirst().firstIndex { tags.contains($0) } ?? local.endIndex
        let name = local[..<end].map { equivalents[$0] ?? String($0) }.joined()
        return name.isEmpty ? String(local) : name
    }
}

/// Domain names as mail servers know them.
enum DomainName {
    /// The ASCII form of a domain name that has other characters in it, such as `xn--mnchen-3ya.example`.
    ///
    /// - Parameter text: A domain name.
    /// - Returns: The name in small letters, with `xn--` labels (UTS #46, non-transitional); `nil` where it is not valid.
    static func ascii(_ text: Substring) -> String? {
        var name = text
        let ascii = String(unsafeUninitializedCapacity: 256) { buffer in
            buffer.withMemoryRebound(to: CChar.self) { out in
                name.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) {
                        cdomain_ascii($0.baseAddress, $0.count, out.baseAddress, out.count)
                    }
                }
            }
        }
        return ascii.isEmpty ? nil : ascii
    }
}
