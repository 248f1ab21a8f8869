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
            !exceptions.contains(String(domain)) && names.contains { Self.isCountrys(domain, of: $0) }
                ? String(domain) : nil
        }
    }

    /// Whether a domain is a name under `com`, a country's domain, or `co` or `com` of a country.
    private static func isCountrys(_ domain: Substring, of name: String) -> Bool {
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
