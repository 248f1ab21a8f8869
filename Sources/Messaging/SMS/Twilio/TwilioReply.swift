/// The JSON object that the service answers with: a text that it has made, or an error.
struct TwilioReply: Decodable {
    private enum CodingKeys: String, CodingKey {
        case sid, status, code, message
        case errorCode = "error_code"
        case errorMessage = "error_message"
    }

    /// The text's identifier.
    let sid: String?
    /// Where the text stands: queued, accepted, sent, failed..; an error has the HTTP status here, which is no text.
    let status: String?
    /// The number of the error.
    let code: Int?
    /// What the service says of the error.
    let message: String?

    init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: CodingKeys.self)
        // A field of another kind than expected says nothing, and must not hide what the others say.
        func value<Value: Decodable>(_ key: CodingKeys) -> Value? { try? object.decode(Value.self, forKey: key) }
        sid = value(.sid)
        status = value(.status)
        code = value(.code) ?? value(.errorCode)
        message = value(.message) ?? value(.errorMessage)
    }
}
