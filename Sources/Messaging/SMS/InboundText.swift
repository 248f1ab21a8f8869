import FoundationEssentials

/// A text that somebody has sent to us.
public struct InboundText: Hashable, Sendable {
    /// Larger input is refused unread.
    public static let maximumSize = 65_536

    /// Who sent it, as the service writes it; usually a number in E.164 form.
    public let from: String
    /// Which of our numbers it was sent to, when the service tells.
    public let to: String?
    /// What it says; may be empty, as of a picture.
    public let body: String
    /// The service's name for it, by which a second delivery of the same text is known.
    public let id: String?

    /// Reads one JSON object.
    ///
    /// - Parameter json: The object, with Twilio's names `From`, `To`, `Body`, `MessageSid`, or `from`, `to`, `body`, `id`;
    ///   other names are ignored.
    /// - Throws: `InboundTextError` when it is too large, no such object, or lacks the sender or the body.
    public init(parsing json: some Collection<UInt8>) throws(InboundTextError) {
        guard json.count <= Self.maximumSize else { throw .tooLarge }
        let fields = try Self.fields(of: json)
        guard let from = try fields.text("From", "from")?.safeSingleLine, !from.isEmpty else { throw .missing("From") }
        guard let body = try fields.text("Body", "body") else { throw .missing("Body") }
        self.from = from
        self.body = body.safeMultiline
        to = try fields.text("To", "to")?.safeSingleLine
        id = try fields.text("MessageSid", "id")?.safeSingleLine
    }

    /// What the text asks for.
    public var word: ReplyWord { ReplyWord(body) }

    private static func fields(of json: some Collection<UInt8>) throws(InboundTextError) -> [String: Field] {
        do {
            return try JSONDecoder().decode([String: Field].self, from: Data(json))
        } catch {
            throw .notAnObject
        }
    }
}

/// A value of any kind; only texts are of interest.
private struct Field: Decodable {
    enum Content {
        case text(String)
        case null
        case other
    }

    let content: Content

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            content = .null
        } else {
            content = (try? container.decode(String.self)).map { .text($0) } ?? .other
        }
    }
}

extension [String: Field] {
    /// The text under the first of two names that has one.
    fileprivate func text(_ name: String, _ otherName: String) throws(InboundTextError) -> String? {
        for name in [name, otherName] {
            switch self[name]?.content {
            case .text(let text): return text
            case .other: throw .notText(name)
            case .null, nil: continue
            }
        }
        return nil
    }
}
