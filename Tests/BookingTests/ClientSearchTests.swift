import Booking
import Testing

@Suite("Client searches")
struct ClientSearchTests {
    private func patterns(_ text: String) throws -> [ClientSearch.PhonePattern?] {
        ClientSearch(text, region: try Region("US")).terms.map(\.phone)
    }

    @Test("reads digits as the end, a part or the beginning of a phone number")
    func digits() throws {
        #expect(try patterns("0602") == [.end("0602")])
        #expect(try patterns(" 06-02 ") == [.end("0602")])
        #expect(try patterns("٠٦٠٢") == [.end("0602")])
        #expect(try patterns("602") == [.part("602")])
        #expect(try patterns("(213) 555") == [.part("213555")])
        #expect(try patterns("+44 (0)20") == [.start("4420")])
        #expect(try patterns("020 7946") == [.national("207946", dialled: "0207946")])
        #expect(try patterns("00000") == [.part("00000")])
        #expect(try patterns("nunez 0102") == [nil, .end("0102")])
        #expect(try patterns("sick day 5") == [nil, nil, .part("5")])
    }

    @Test("a search is empty without a letter or a digit")
    func empty() throws {
        for text in ["", " ", "%", "_ '", "()", "\u{200B}"] {
            #expect(ClientSearch(text, region: try Region("US")).isEmpty, "\(text)")
        }
    }

    @Test("tolerates typing errors in words of three letters only where the search is for a list")
    func shortWords() throws {
        let us = try Region("US")
        let tom = ClientSearch("tim ray", region: us)
        #expect(tom.nameWords.allSatisfy { $0.fragments == nil })
        let listed = ClientSearch("tim ray", region: us, typingErrors: .inShortWords)
        #expect(listed.nameWords.allSatisfy { $0.fragments != nil })
        let alone = ClientSearch("tim", region: us, typingErrors: .inShortWords)
        #expect(alone.nameWords.allSatisfy { $0.fragments == nil })
    }

    @Test("recognizes a whole e-mail address or phone number, and converts a domain to ASCII")
    func contacts() throws {
        let us = try Region("US")
        #expect(ClientSearch("ana@pm.me", region: us).email?.address == "ana@pm.me")
        #expect(ClientSearch("(213) 555-0142", region: us).phone?.e164 == "+12135550142")
        #expect(ClientSearch("ana@", region: us).email == nil)
        #expect(ClientSearch("555-0142", region: us).phone == nil)
        #expect(
            ClientSearch("info@münchen.example", region: us).terms.map(\.texts).first?.last
                == "info@xn--mnchen-3ya.example")
    }
}
