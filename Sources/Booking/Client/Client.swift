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

/// A language in which clients are written to.
public enum Language: String, Sendable, Hashable, CaseIterable {
    /// English.
    case english = "en"
    /// Spanish.
    case spanish = "es"

    /// Accepts a language by its code (RFC 5646), of which only the language itself counts: `es-MX` is Spanish.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - field: What an error calls it.
    /// - Throws: `InvalidInput` where there are no messages in that language.
    public init(_ text: String, field: String = "language") throws(InvalidInput) {
        let code = text.lowercased().split(whereSeparator: { $0 == "-" || $0 == "_" }).first ?? ""
        guard let language = Language(rawValue: String(code)) else {
            throw InvalidInput(
                field: field, problem: "\(quoted(text)) is no language that messages are written in",
                hint: "write one of: " + Language.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self = language
    }
}

/// How a front desk names a person: by e-mail, by phone, or by client number.
public enum ClientIdentifier: Sendable, Equatable {
    /// By address.
    case email(EmailAddress)
    /// By number.
    case phone(PhoneNumber)
    /// By client number.
    case id(Client.ID)

    /// Reads what was typed.
    ///
    /// Text with an `@` is an address; digits that make no phone number in the region, or follow a `#`, are a client
    /// number; anything else must be a phone number.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - region: Where a number without a country code is from.
    /// - Throws: ``InvalidInput`` where the text is none of the three.
    public init(_ text: String, region: Region) throws(InvalidInput) {
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
            throw InvalidInput(
                field: "client", problem: "\(quoted(text)) is no e-mail address, phone number or client number",
                hint: "write ana@example.com, (415) 555-0100 or the number that `intro client list` shows; "
                    + "part of a phone number is found by `intro client list --search`")
        }
    }

    /// The address, the number, or `#` and the client number, as people write them.
    public var text: String {
        switch self {
        case .email(let address): address.address
        case .phone(let number): number.e164
        case .id(let id): "#\(id.value)"
        }
    }

    /// A client number; one that begins with a zero is rather a part of a phone number.
    private static func clientNumber(_ text: Substring) -> Client.ID? {
        guard text.utf8.allSatisfy(\.isASCIIDigit), text.first != "0", let number = Int64(text) else { return nil }
        return Client.ID(number)
    }
}
