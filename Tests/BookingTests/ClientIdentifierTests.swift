import Booking
import Testing

@Suite("Client identifiers")
struct ClientIdentifierTests {
    @Test("reads an e-mail address, phone number or client number, also with invisible characters")
    func reads() throws {
        let us = try Region("US")
        let phone = ClientIdentifier.phone(try PhoneNumber(e164: "+12135550142"))
        for text in ["(213) 555-0142", "\u{202D}213-555-0142\u{202C}", "＋１ ２１３ ５５５ ０１４２", "213•555•0142"] {
            #expect(try ClientIdentifier(text, region: us) == phone, "\(text)")
        }
        for text in ["ana@example.com", "ana＠example.com", " \u{FEFF}ana@example.com "] {
            #expect(try ClientIdentifier(text, region: us) == .email(EmailAddress("ana@example.com")), "\(text)")
        }
        for text in ["12", "#12", "＃１２", " 12 "] {
            #expect(try ClientIdentifier(text, region: us) == .id(Client.ID(12)), "\(text)")
        }
    }

    @Test(
        "rejects a client number with a leading zero or sign",
        arguments: ["0602", "#0602", "0", "#0", "#+5", "00"])
    func refuses(text: String) throws {
        let us = try Region("US")
        #expect { try ClientIdentifier(text, region: us) } throws: {
            ($0 as? ClientIdentifier.UnrecognizedText)?.text == text
        }
    }
}
