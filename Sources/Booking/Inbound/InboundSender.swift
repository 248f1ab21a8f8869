/// Who sent a text to us.
public enum InboundSender: Hashable, Sendable {
    /// A phone, which can be answered.
    case phone(PhoneNumber)
    /// A short code, a company's name or an app's own identifier: nothing is ever sent there.
    case other(String)

    /// The number in E.164, or the sender as the service writes it.
    public var text: String {
        switch self {
        case .phone(let phone): phone.e164
        case .other(let name): name
        }
    }

    /// The phone's number, where it is one.
    public var number: PhoneNumber? {
        if case .phone(let phone) = self { phone } else { nil }
    }
}
