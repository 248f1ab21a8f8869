import FoundationEssentials

/// A text as a folder keeps it.
struct WrittenText: Encodable {
    private enum CodingKeys: String, CodingKey {
        case to, from, body, encoding, segments
        case validUntil = "valid_until"
    }

    private let text: TextMessage

    init(_ text: TextMessage) {
        self.text = text
    }

    /// One JSON object on one line.
    var json: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
        }
    }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(text.to, forKey: .to)
        try object.encode(text.from.text, forKey: .from)
        try object.encode(text.body, forKey: .body)
        try object.encode(text.segments.encoding.rawValue, forKey: .encoding)
        try object.encode(text.segments.count, forKey: .segments)
        try object.encode(text.validUntil?.internetDate, forKey: .validUntil)
    }
}
