import Booking

/// A person as JSON has them.
struct ClientRecord: Encodable {
    /// The rule that keeps a person from a free session.
    struct Refused: Encodable {
        let code: String
        let message: String
        let hint: String
    }

    let id: Int64
    let name: String
    @Null var email: String?
    @Null var phone: String?
    @Null var timeZone: String?
    @Null var source: String?
    @Null var language: String?
    /// Only where one person is shown: their sessions, cancelled ones too.
    var sessions: [SessionRecord]?
    /// Only where one person is shown: whether they may book the free session.
    var mayBook: Bool?
    /// Only where they may not: why.
    var refusal: Refused?
    /// Only where one person is shown: what they want to be told.
    var consents: [ConsentRecord]?
    /// Only where one person is shown: what keeps messages from them all the same.
    var suppressions: [SuppressionRecord]?

    init(_ client: Client) {
        id = client.id.value
        name = client.name
        email = client.email?.address
        phone = client.phone?.e164
        timeZone = client.timeZone
        source = client.source
        language = client.language?.rawValue
    }
}

extension ClientRecord.Refused {
    init(_ refusal: Refusal) {
        self.init(code: refusal.rule.rawValue, message: refusal.message, hint: refusal.hint)
    }
}
