/// The contacts by which a person is recognised: one free session for everyone who shares one of them.
public struct Contacts: Sendable, Equatable {
    /// Mailboxes, normalised.
    public private(set) var emailKeys: Set<String> = []
    /// Phone numbers in E.164; the database knows which of them are two forms of one number.
    public private(set) var phones: Set<String> = []

    /// No contacts yet.
    public init() {}

    /// Adds an address, if there is one.
    public mutating func add(_ email: EmailAddress?) {
        if let email { emailKeys.insert(email.matchKey) }
    }

    /// Adds a number, if there is one.
    public mutating func add(_ phone: PhoneNumber?) {
        if let phone { phones.insert(phone.e164) }
    }

    /// Adds a client's contacts.
    public mutating func add(_ client: Client) {
        add(client.email)
        add(client.phone)
    }

    /// The contacts of both.
    public func union(_ other: Contacts) -> Contacts {
        var all = self
        all.emailKeys.formUnion(other.emailKeys)
        all.phones.formUnion(other.phones)
        return all
    }

    /// One text per contact, sorted, as the database's `contact_key` takes it.
    public var keys: [String] {
        (emailKeys.map { "email:\($0)" } + phones.map { "phone:\($0)" }).sorted()
    }
}
