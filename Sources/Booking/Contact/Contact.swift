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
