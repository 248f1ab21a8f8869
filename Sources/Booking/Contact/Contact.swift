/// One way to reach a person.
public enum Contact: Sendable, Hashable {
    /// By mail.
    case email(EmailAddress)
    /// By phone.
    case phone(PhoneNumber)

    /// The address, or the number in E.164.
    public var text: String {
        switch self {
        case .email(let email): email.address
        case .phone(let phone): phone.e164
        }
    }

    /// The address, or the number in the international format of its country.
    public var display: String {
        switch self {
        case .email(let email): email.address
        case .phone(let phone): phone.display
        }
    }
}

extension ClientIdentifier {
    /// A person named by a contact.
    public init(_ contact: Contact) {
        switch contact {
        case .email(let email): self = .email(email)
        case .phone(let phone): self = .phone(phone)
        }
    }

    /// The e-mail or the phone; `nil` for a client number.
    public var contact: Contact? {
        switch self {
        case .email(let email): .email(email)
        case .phone(let phone): .phone(phone)
        case .id: nil
        }
    }
}

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
