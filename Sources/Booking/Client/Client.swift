public import FoundationEssentials

/// A client of the studios, with a booking or without.
public struct Client: Sendable, Hashable {
    /// The client number, which the front desk may type.
    public typealias ID = Key<Client, Int64>

    /// The client number, which the front desk may type.
    public let id: ID
    /// The name, as the person gives it.
    public let name: String
    /// The e-mail address for messages.
    public let email: EmailAddress?
    /// The phone number, in E.164 form.
    public let phone: PhoneNumber?
    /// The IANA time zone; `nil` if it is the studio's.
    public let timeZone: String?
    /// How the person learned about the studio.
    public let source: String?
    /// The language for messages; `nil` means English.
    public let language: Language?
    /// The parent or guardian of a client who is a minor; only for staff.
    public let guardian: String?

    /// Creates a client from its stored parts.
    public init(
        id: ID, name: String, email: EmailAddress?, phone: PhoneNumber?, timeZone: String? = nil, source: String? = nil,
        language: Language? = nil, guardian: String? = nil
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.phone = phone
        self.timeZone = timeZone
        self.source = source
        self.language = language
        self.guardian = guardian
    }

    /// The first word of the name, for greetings.
    public var firstName: String { PersonName(stored: name).firstName }
}

/// A note about a client, for the desk and the trainer; messages to the client never contain it.
public struct ClientNote: Sendable, Hashable {
    /// The time of writing.
    public let at: Date
    /// The actor who wrote it.
    public let author: String
    /// The note, on one line.
    public let text: String

    /// Creates a note.
    public init(at: Date, author: String, text: String) {
        self.at = at
        self.author = author
        self.text = text
    }
}

/// A language in which messages to clients are available.
public enum Language: String, Sendable, Hashable, CaseIterable {
    /// English.
    case english = "en"
    /// Spanish.
    case spanish = "es"

    /// Creates a language from a language tag (RFC 5646).
    ///
    /// Only the primary language subtag is used: `es-MX` is Spanish.
    ///
    /// - Parameters:
    ///   - text: The input.
    ///   - field: The name of the field in an error.
    /// - Throws: `InvalidInput` if no messages are available in that language.
    public init(_ text: String, field: String = "language") throws(InvalidInput) {
        let code = text.lowercased().split(whereSeparator: { $0 == "-" || $0 == "_" }).first ?? ""
        guard let language = Language(rawValue: String(code)) else {
            throw InvalidInput(
                field: field, problem: "\(quoted(text)) is not a language of the messages",
                hint: "write one of: " + Language.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self = language
    }
}

/// An identifier of a client: an e-mail address, a phone number, or a client number.
public enum ClientIdentifier: Sendable, Equatable {
    /// An e-mail address.
    case email(EmailAddress)
    /// A phone number.
    case phone(PhoneNumber)
    /// A client number.
    case id(Client.ID)

    /// An error for text that is no e-mail address, phone number or client number.
    public struct UnrecognizedText: Error, Hashable {
        /// The normalized text.
        public let text: String
    }

    /// Parses an identifier.
    ///
    /// Text with an `@` is an e-mail address. Digits after a `#`, and digits that are not a phone number in the region,
    /// are a client number. Anything else must be a phone number.
    ///
    /// - Parameters:
    ///   - text: The input.
    ///   - region: The region of a phone number without a country code.
    /// - Throws: ``InvalidInput`` if the text is an invalid e-mail address, or ``UnrecognizedText`` if it is none of
    ///   the three.
    public init(_ text: String, region: Region) throws {
        let text = String(Substring(normalizedInput(text).utf8.trimmingSpaces))
        if text.contains("@") {
            self = .email(try EmailAddress(text))
        } else if text.hasPrefix("#"), let id = ClientIdentifier.clientNumber(text.dropFirst()) {
            self = .id(id)
        } else if let phone = try? PhoneNumber(text, region: region) {
            self = .phone(phone)
        } else if let id = ClientIdentifier.clientNumber(text[...]) {
            self = .id(id)
        } else {
            throw UnrecognizedText(text: text)
        }
    }

    /// The identifier as text: the address, the phone number in E.164 form, or `#` and the client number.
    public var text: String {
        switch self {
        case .email(let address): address.address
        case .phone(let number): number.e164
        case .id(let id): "#\(id.value)"
        }
    }

    /// Returns the client number in the text.
    ///
    /// Digits that begin with a zero are more likely a part of a phone number, so the result is `nil`.
    private static func clientNumber(_ text: Substring) -> Client.ID? {
        guard text.utf8.allSatisfy(\.isASCIIDigit), text.first != "0", let number = Int64(text) else { return nil }
        return Client.ID(number)
    }
}

/// The attributes of a client that can be edited.
public struct ClientDetails: Sendable {
    /// The name, as the person gives it.
    public var name: String
    /// The e-mail address for messages.
    public var email: EmailAddress?
    /// The phone number, in E.164 form.
    public var phone: PhoneNumber?
    /// The IANA time zone; `nil` if it is the studio's.
    public var timeZone: String?
    /// How the person learned about the studio.
    public var source: String?
    /// The language for messages; `nil` means English.
    public var language: Language?
    /// The parent or guardian, if the client is a minor.
    public var guardian: String?

    /// Creates the details of a new client.
    public init(name: PersonName, email: EmailAddress?, phone: PhoneNumber?, source: String? = nil) {
        self.name = name.text
        self.email = email
        self.phone = phone
        self.source = source
    }

    /// Creates the details of an existing client.
    public init(of client: Client) {
        name = client.name
        email = client.email
        phone = client.phone
        timeZone = client.timeZone
        source = client.source
        language = client.language
        guardian = client.guardian
    }

    /// The contacts that identify the person.
    public var contacts: Contacts {
        var contacts = Contacts()
        contacts.add(email)
        contacts.add(phone)
        return contacts
    }
}
