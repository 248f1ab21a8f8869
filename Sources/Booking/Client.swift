/// A person who may come, or came, for a free introductory session.
public struct Client: Sendable, Hashable {
    /// The number that the front desk may type.
    public typealias ID = Key<Client, Int64>

    /// The number that the front desk may type.
    public let id: ID
    /// As the person gives it.
    public let name: String
    /// Where mail goes.
    public let email: EmailAddress?
    /// In E.164.
    public let phone: PhoneNumber?
    /// IANA zone where it differs from the studio's.
    public let timeZone: String?
    /// How the person heard of us.
    public let source: String?
    /// The language to write in; `nil` is English.
    public let language: Language?

    /// Puts a client together from the stored parts.
    public init(
        id: ID, name: String, email: EmailAddress?, phone: PhoneNumber?, timeZone: String? = nil, source: String? = nil,
        language: Language? = nil
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.phone = phone
        self.timeZone = timeZone
        self.source = source
        self.language = language
    }
}
