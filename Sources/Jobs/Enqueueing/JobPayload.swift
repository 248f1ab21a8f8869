import FoundationEssentials

/// The JSON that jobs travel as.
enum JobPayload {
    static func text(of value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    static func decode<Kind: Job>(_ payload: String, as kind: Kind.Type) throws -> Kind {
        try JSONDecoder().decode(kind, from: Data(payload.utf8))
    }

    /// Reads several at once, which takes half the time; each by itself where one of them cannot be read.
    static func decode<Kind: Job>(_ payloads: [String], as kind: Kind.Type) -> [Result<Kind, any Error>] {
        let whole = Data("[\(payloads.joined(separator: ","))]".utf8)
        if let jobs = try? JSONDecoder().decode([Kind].self, from: whole), jobs.count == payloads.count {
            return jobs.map { .success($0) }
        }
        return payloads.map { payload in Result { try decode(payload, as: kind) } }
    }
}
