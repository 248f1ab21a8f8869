import CDomainName

/// An e-mail address in the form that is used in practice.
///
/// The grammar is `Local-part "@" Domain` of RFC 5321, with a dot-atom before the @ and a host name with at least one
/// dot after it. Quoted strings, comments, address literals and non-ASCII user names are not accepted. An
/// internationalized domain is stored in its ASCII form, `xn--…`.
public struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address to which mail is sent: the local part as typed, the domain in lower case.
    public let address: String

    /// Creates an address; removes surrounding spaces and invisible characters.
    ///
    /// - Parameters:
    ///   - text: The input.
    ///   - field: The name of the field in an error.
    /// - Throws: `InvalidInput` if the text is not such an address, is longer than 254 octets, or contains a control
    ///   character.
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

    /// The address.
    public var description: String { address }
}

extension EmailAddress {
    /// The key that all addresses of one mailbox share; used to find a client, never to send mail.
    ///
    /// The key is in lower case. For a provider that delivers several spellings to one mailbox, the key is one
    /// canonical spelling. For other domains each spelling has its own key, since two spellings may belong to two
    /// people. The keys are stored with clients and claims, so a change of this rule requires a migration that
    /// recomputes them.
    public var matchKey: String {
        let parts = address.lowercased().split(separator: "@", maxSplits: 1)
        return MailboxProvider.mailbox(parts.first ?? "", at: parts.last ?? "")
    }

    /// Converts a non-ASCII domain to its ASCII form; returns `false` if it has none.
    private static func makeDomainASCII(in typed: inout Substring) -> Bool {
        guard !typed.utf8.allSatisfy({ $0 < 0x80 }), let at = typed.lastIndex(of: "@") else { return true }
        let domain = typed[typed.index(after: at)...]
        guard !domain.utf8.allSatisfy({ $0 < 0x80 }) else { return true }
        guard let ascii = DomainName.ascii(domain) else { return false }
        typed = typed[...at] + ascii
        return true
    }
}

// An address is parsed for every session that is read. Valid addresses are ASCII, and octets are faster to compare than
// characters.
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

    /// Returns whether an octet is `atext` (RFC 5322, section 3.2.3).
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

    /// Returns whether a label is 1 to 63 letters, digits and inner hyphens (RFC 1123, section 2.1).
    ///
    /// A Punycode label has this form too.
    private static func isHostLabel(_ label: Octets) -> Bool {
        (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
            && label.allSatisfy { $0.isASCIILetterOrDigit || $0 == hyphen }
    }
}

/// A mail provider that delivers several spellings of an address to one mailbox.
///
/// The table contains only rules that a provider documents for all of its mailboxes. For other providers and private
/// domains, each spelling is a separate mailbox, since it may belong to another person.
struct MailboxProvider: Sendable {
    /// The domains of a provider, and whether they share user names.
    enum Domains: Sendable {
        /// Domains that share user names; the first one is used in keys.
        case aliases([String])
        /// Domains where the same user name may belong to different people.
        case separate([String])
        /// Names under `com` and any country's domain, also separate: `hotmail.com`, `hotmail.fr`, `hotmail.co.uk`.
        case everywhere([String], except: Set<String>)
    }

    let domains: Domains
    /// The replacement of characters in a user name; an empty replacement ignores the character.
    var equivalents: [Character: String] = [:]
    /// The characters that begin a tag, which is not part of the user name.
    var tags: Set<Character> = ["+"]
    /// Whether `tag@user.domain` is delivered to `user@domain`.
    var hasUserDomains = false

    /// All known providers.
    static let all = [
        // Google: dots are ignored, googlemail.com is gmail.com.
        MailboxProvider(domains: .aliases(["gmail.com", "googlemail.com"]), equivalents: [".": ""]),
        // Proton: dots, hyphens and underscores are ignored, and a user name belongs to the same person at all of these
        // domains.
        MailboxProvider(
            domains: .aliases(["proton.me", "protonmail.com", "pm.me", "protonmail.ch"]),
            equivalents: [".": "", "-": "", "_": ""]),
        // Apple: an address at an older domain is the same mailbox at icloud.com.
        MailboxProvider(domains: .aliases(["icloud.com", "me.com", "mac.com"])),
        // Yandex: a dot and a hyphen are the same character.
        MailboxProvider(
            domains: .aliases([
                "yandex.ru", "ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "yandex.com.tr",
            ]),
            equivalents: [".": "-"]),
        // Microsoft: the same user name at two of its domains may belong to two people.
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
    /// Returns the mailbox to which an address is delivered, as `user@domain`.
    ///
    /// - Parameters:
    ///   - local: The part before the @, in lower case.
    ///   - domain: The part after the @, in lower case.
    /// - Returns: The same text for all spellings of the mailbox; the unchanged address if the provider is unknown.
    static func mailbox(_ local: Substring, at domain: Substring) -> String {
        for provider in all {
            if let name = provider.canonical(domain) { return provider.user(local) + "@" + name }
            if let (user, name) = provider.userDomain(domain) { return provider.user(user) + "@" + name }
        }
        return "\(local)@\(domain)"
    }

    /// Returns the domain that is used in keys; `nil` if the domain does not belong to this provider.
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

    /// Returns whether a domain is the name under `com`, a country's domain, or `co` or `com` of a country.
    private static func isCountryDomain(_ domain: Substring, of name: String) -> Bool {
        guard domain.hasPrefix(name + ".") else { return false }
        let labels = domain.dropFirst(name.count + 1).split(separator: ".", omittingEmptySubsequences: false)
        switch labels.count {
        case 1: return labels[0] == "com" || labels[0].count == 2
        case 2: return ["co", "com"].contains(labels[0]) && labels[1].count == 2
        default: return false
        }
    }

    /// Returns the parts of `user.domain` if this provider delivers such addresses to `user@domain`.
    private func userDomain(_ domain: Substring) -> (user: Substring, name: String)? {
        guard hasUserDomains, let dot = domain.firstIndex(of: "."),
            let name = canonical(domain[domain.index(after: dot)...])
        else { return nil }
        return (domain[..<dot], name)
    }

    /// Returns the canonical user name, without its tag.
    private func user(_ local: Substring) -> String {
        // A tag character at the beginning is part of the user name, since the name would be empty otherwise.
        let end = local.dropFirst().firstIndex { tags.contains($0) } ?? local.endIndex
        let name = local[..<end].map { equivalents[$0] ?? String($0) }.joined()
        return name.isEmpty ? String(local) : name
    }
}

/// A conversion of domain names to ASCII.
enum DomainName {
    /// Returns the ASCII form of an internationalized domain name, such as `xn--mnchen-3ya.example`.
    ///
    /// - Parameter text: A domain name.
    /// - Returns: The name in lower case, with `xn--` labels (UTS #46, non-transitional); `nil` if it is not valid.
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
