import Booking
import Testing

@Suite("Client identification")
struct IdentificationTests {
    private let phone: Contact
    private let greg: Client
    private let ines: Client

    init() throws {
        let number = try PhoneNumber(e164: "+12135551305")
        phone = .phone(number)
        greg = Client(id: Client.ID(17), name: "Greg Park", email: nil, phone: number)
        ines = Client(id: Client.ID(18), name: "Ines Po", email: nil, phone: number)
    }

    private func decide(
        _ named: [Client], beside: [Client] = [], name: String? = nil, accepts: Bool = false
    ) -> String {
        let identification = Identification(
            named: Identification.Owners(of: phone, named), beside: [Identification.Owners(of: phone, beside)],
            name: name, acceptsOtherName: accepts)
        return switch identification.decision {
        case .client(let client, let isOtherName): "\(client.id.value)\(isOtherName ? " under another name" : "")"
        case .noMatch: "no match"
        case .ambiguous(let clients): "one of \(clients.map(\.id.value))"
        case .otherName(let refusal): "\(refusal.rule.rawValue): \(refusal.message)"
        }
    }

    @Test("without a name, identifies the only owner of the contact, and is ambiguous for several owners")
    func nameless() {
        #expect(decide([greg]) == "17")
        #expect(decide([greg, ines]) == "one of [17, 18]")
        #expect(decide([]) == "no match")
        #expect(decide([], beside: [greg]) == "no match")
        #expect(decide([], beside: [greg], accepts: true) == "17")
        #expect(decide([], accepts: true) == "no match")
    }

    @Test("identifies the owner with a matching name, also by an additional contact")
    func fitting() {
        #expect(decide([greg, ines], name: "po, ines") == "18")
        #expect(decide([greg], beside: [ines], name: "Ines Po") == "18")
        #expect(decide([], beside: [greg, ines], name: "Greg") == "17")
        #expect(decide([], name: "Greg") == "no match")
    }

    @Test("refuses a name that matches no owner, or accepts it if the caller confirms the only owner")
    func otherName() {
        let refusal = "name_differs: +1 213-555-1305 belongs to Greg Park (client 17)"
        #expect(decide([greg], name: "Zoe") == "\(refusal); the given name is Zoe")
        #expect(decide([], beside: [greg], name: "Zoe") == "\(refusal); the given name is Zoe")
        #expect(decide([greg, ines], name: "Zoe") == "\(refusal) and Ines Po (client 18); the given name is Zoe")
        #expect(decide([greg], name: "Zoe", accepts: true) == "17 under another name")
        #expect(decide([], beside: [greg], name: "Zoe", accepts: true) == "17 under another name")
        #expect(decide([greg, ines], name: "Zoe", accepts: true) == "one of [17, 18]")
    }

    @Test("identifies a client who owns two of the given contacts")
    func twice() {
        let identification = Identification(
            named: Identification.Owners(of: nil, []),
            beside: [Identification.Owners(of: phone, [greg]), Identification.Owners(of: phone, [greg])],
            name: "Greg Park", acceptsOtherName: false)
        #expect(identification.isDecided)
    }
}
