public import Booking

/// Everything of a person that can be edited.
public struct ClientDetails: Sendable {
    /// As the person gives it.
    public var name: String
    /// Where mail goes.
    public var email: EmailAddress?
    /// In E.164.
    public var phone: PhoneNumber?
    /// IANA zone where it differs from the studio's.
    public var timeZone: String?
    /// How the person heard of us.
    public var source: String?
    /// The language to write in; `nil` is English.
    public var language: Language?

    /// Describes a new person.
    public init(name: PersonName, email: EmailAddress?, phone: PhoneNumber?, source: String? = nil) {
        self.name = name.text
        self.email = email
        self.phone = phone
        self.source = source
    }

    /// Starts from a person as they are.
    public init(of client: Client) {
        name = client.name
        email = client.email
        phone = client.phone
        timeZone = client.timeZone
        source = client.source
        language = client.language
    }

    /// The contacts by which the person is recognised.
    public var contacts: Contacts {
        var contacts = Contacts()
        contacts.add(email)
        contacts.add(phone)
        return contacts
    }
}
