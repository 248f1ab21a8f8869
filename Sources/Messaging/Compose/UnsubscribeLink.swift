/// Where a mail program asks, at one click of its reader, that no more mail be sent (RFC 8058).
///
/// The program posts to the link without the reader's cookies or password, so the link itself has to tell whom it is
/// about: by an opaque token, since mail is forwarded and logs are read.
public struct UnsubscribeLink: Hashable, Sendable {
    private static let field = "List-Unsubscribe"
    /// The longest link that fits on its line, which cannot be folded within it: 998 octets with the field's name.
    static let maximumLength = 998 - field.utf8.count - ": <>".utf8.count

    /// The link, as it was given.
    public let url: String

    /// Checks and makes a link.
    ///
    /// - Parameter url: One absolute HTTPS URI in ASCII: a host, perhaps a port, a path and a query; no user, no
    ///   fragment.
    /// - Throws: `CompositionError` for anything else, and for a link that fits on no line.
    public init(_ url: String) throws(CompositionError) {
        guard url.utf8.count <= Self.maximumLength else {
            throw CompositionError(part: .unsubscribe, rule: .linkTooLong)
        }
        guard url.isHTTPSLink else { throw CompositionError(part: .unsubscribe, rule: .notAnHTTPSLink) }
        self.url = url
    }

    /// The two header fields, which a receiver heeds only together and signed by the relay (RFC 8058 section 4).
    var fields: [HeaderField] {
        [HeaderField(Self.field, "<\(url)>"), HeaderField("\(Self.field)-Post", "List-Unsubscribe=One-Click")]
    }
}

extension String {
    /// Whether this is one absolute HTTPS URI in ASCII: a host, perhaps a port, a path and a query; no user, no fragment.
    var isHTTPSLink: Bool {
        let scheme = "https://"
        guard utf8.count > scheme.utf8.count, prefix(scheme.count).lowercased() == scheme else { return false }
        let rest = dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let sides = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = sides.first, host.isDomain, sides.count == 1 || Self.isPort(sides[1]) else { return false }
        return Self.isPathAndQuery(rest[authority.endIndex...])
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } && UInt16(text) ?? 0 > 0
    }

    /// The characters of RFC 3986 sections 3.3 and 3.4, and every % followed by two hexadecimal digits.
    private static func isPathAndQuery(_ text: Substring) -> Bool {
        let marks = "-._~!$&'()*+,;=:@/?%".utf8
        let pieces = text.split(separator: "%", omittingEmptySubsequences: false)
        return text.utf8.allSatisfy { $0.isLetterOrDigit || marks.contains($0) }
            && pieces.dropFirst().allSatisfy { $0.count >= 2 && $0.prefix(2).allSatisfy(\.isHexDigit) }
    }
}
