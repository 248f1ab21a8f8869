/// A contact of a person: an e-mail address or a phone number.
public enum Contact: Sendable, Hashable {
    /// An e-mail address.
    case email(EmailAddress)
    /// A phone number.
    case phone(PhoneNumber)

    /// The address, or the number in E.164 form.
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

extension Client {
    /// The e-mail address and the phone number.
    public var contacts: [Contact] { [email.map { .email($0) }, phone.map { .phone($0) }].compactMap(\.self) }
}

extension ClientIdentifier {
    /// Creates an identifier from a contact.
    public init(_ contact: Contact) {
        switch contact {
        case .email(let email): self = .email(email)
        case .phone(let phone): self = .phone(phone)
        }
    }

    /// The e-mail address or phone number; `nil` for a client number.
    public var contact: Contact? {
        switch self {
        case .email(let email): .email(email)
        case .phone(let phone): .phone(phone)
        case .id: nil
        }
    }
}

/// The contacts that identify a person.
///
/// All people who share a contact have one free session together.
public struct Contacts: Sendable, Equatable {
    /// The normalized mailboxes.
    public private(set) var emailKeys: Set<String> = []
    /// The phone numbers in E.164 form; the database matches different forms of the same number.
    public private(set) var phones: Set<String> = []

    /// Creates an empty set of contacts.
    public init() {}

    /// Adds an e-mail address; `nil` adds nothing.
    public mutating func add(_ email: EmailAddress?) {
        if let email { emailKeys.insert(email.matchKey) }
    }

    /// Adds a phone number; `nil` adds nothing.
    public mutating func add(_ phone: PhoneNumber?) {
        if let phone { phones.insert(phone.e164) }
    }

    /// Adds a client's contacts.
    public mutating func add(_ client: Client) {
        add(client.email)
        add(client.phone)
    }

    /// Adds a contact in the format of ``keys``; another text adds nothing.
    public mutating func add(key: String) {
        if key.hasPrefix("email:") { emailKeys.insert(String(key.dropFirst("email:".count))) }
        if key.hasPrefix("phone:") { phones.insert(String(key.dropFirst("phone:".count))) }
    }

    /// Returns the contacts of both sets.
    public func union(_ other: Contacts) -> Contacts {
        var all = self
        all.emailKeys.formUnion(other.emailKeys)
        all.phones.formUnion(other.phones)
        return all
    }

    /// One sorted text per contact, in the format that the SQL function `contact_key` accepts.
    public var keys: [String] {
        (emailKeys.map { "email:\($0)" } + phones.map { "phone:\($0)" }).sorted()
    }
}
