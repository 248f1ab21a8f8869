import Booking
import Testing

@Suite("E-mail addresses")
struct EmailAddressTests {
    @Test(
        "accepts addresses in practical forms, and converts the domain to lower case and ASCII",
        arguments: [
            ("maria@example.com", "maria@example.com"), ("  maria@example.com ", "maria@example.com"),
            ("Maria.O'Neill+gym@Mail.Example.COM", "Maria.O'Neill+gym@mail.example.com"),
            ("a@b.co", "a@b.co"), ("1@xn--bcher-kva.example", "1@xn--bcher-kva.example"),
            ("x_y-z@a-b.c1.org", "x_y-z@a-b.c1.org"), ("maria@exämple.com", "maria@xn--exmple-cua.com"),
            ("maria@EXA\u{308}MPLE.com", "maria@xn--exmple-cua.com"),
            ("chef@straße.example", "chef@xn--strae-oqa.example"),
            ("ops@例え。テスト", "ops@xn--r8jz45g.xn--zckzah"), ("a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example"),
            ("\u{FEFF}maria@exam\u{AD}ple.com\u{200B}", "maria@example.com"),
            ("\u{202A}maria@example.com\u{202C}", "maria@example.com"),
            ("ｍａｒｉａ＠ｅｘａｍｐｌｅ．ｃｏｍ\u{3000}", "maria@example.com"), ("\u{A0}maria@example.com", "maria@example.com"),
        ])
    func accepts(text: String, address: String) throws {
        #expect(try EmailAddress(text).address == address)
    }

    @Test(
        "rejects text that could break a header or is not an address",
        arguments: [
            "", "maria", "maria@", "@example.com", "maria@example", "maria@@example.com", "a@b@example.com",
            "maria@example.com\r\nBcc: all@example.com", "maria@example.com\n", "ma\0ria@example.com",
            "maria\u{1B}@example.com", "ma ria@example.com", "maria@exam ple.com", "\u{202E}maria@example.com",
            "\"maria\"@example.com", "maria(x)@example.com", "<maria@example.com>", ".maria@example.com",
            "maria.@example.com", "ma..ria@example.com", "maria@-example.com", "maria@example-.com", "maria@.com",
            "maria@example..com", "maria@example.com.", "maria@[127.0.0.1]", "maria@127.0.0.1", "maria@exa_mple.com",
            "maría@example.com", "maria@exa\u{202E}mple.com", "maria@exämple..com", "maria@-exämple.com",
            "maria@xn--\u{E4}.com",
            "a,b@example.com", "maria@example.com,ana@example.com",
        ])
    func refuses(typed: EscapedInput) {
        let text = typed.text
        #expect { try EmailAddress(text) } throws: { error in
            guard let error = error as? InvalidInput else { return false }
            return error.field == "email" && !error.problem.contains("maria")
        }
    }

    @Test("limits the lengths of the parts as in RFC 5321")
    func limitsLength() throws {
        let label = String(repeating: "d", count: 63)
        let local = String(repeating: "l", count: 64)
        let longest = "\(local)@\(label).\(label).\(String(repeating: "d", count: 57)).com"
        #expect(longest.count == 254)
        #expect(try EmailAddress(longest).address == longest)
        #expect(throws: InvalidInput.self) {
            try EmailAddress("x" + longest.replacing("\(local)@", with: "\(local)@d"))
        }
        #expect(throws: InvalidInput.self) { try EmailAddress("l\(local)@example.com") }
        #expect(throws: InvalidInput.self) { try EmailAddress("a@\(label)d.com") }
        #expect(throws: InvalidInput.self) { try EmailAddress("a@" + String(repeating: "d.", count: 126) + "com") }
    }

    @Test(
        "gives addresses of one mailbox the same key, and other addresses different keys",
        arguments: [
            ("Maria.Silva+gym@GMail.com", "mariasilva@gmail.com"),
            ("mariasilva@googlemail.com", "mariasilva@gmail.com"),
            ("maria+gym@outlook.com", "maria@outlook.com"), ("ma.ria+x+y@icloud.com", "ma.ria@icloud.com"),
            ("Maria+Gym@Example.com", "maria+gym@example.com"), ("ma.ria@example.com", "ma.ria@example.com"),
            ("+maria@proton.me", "+maria@proton.me"), ("maria+a@notgmail.com", "maria+a@notgmail.com"),
            ("Ana.Li-m_a+gym@ProtonMail.com", "analima@proton.me"), ("analima@pm.me", "analima@proton.me"),
            ("ana@protonmail.ch", "ana@proton.me"), ("_-@proton.me", "_-@proton.me"),
            ("ana.b+x@me.com", "ana.b@icloud.com"), ("ana.b@mac.com", "ana.b@icloud.com"),
            ("ana.b@ya.ru", "ana-b@yandex.ru"), ("ana-b+x@yandex.com", "ana-b@yandex.ru"),
            ("ana+x@hotmail.co.uk", "ana@hotmail.co.uk"), ("ana+x@outlook.fr", "ana@outlook.fr"),
            ("ana+x@live.com.au", "ana@live.com.au"), ("ana+x@msn.com", "ana@msn.com"),
            ("ana+x@hotmail.example", "ana+x@hotmail.example"),
            ("ana+x@hotmail.co.example", "ana+x@hotmail.co.example"),
            ("ana-x@yahoo.com", "ana@yahoo.com"), ("ana+x@ymail.com", "ana@ymail.com"),
            ("ana-x@yahoo.co.jp", "ana-x@yahoo.co.jp"), ("ana-x@yahoo.co.uk", "ana@yahoo.co.uk"),
            ("gym@ana.fastmail.com", "ana@fastmail.com"), ("ana+x@fastmail.fm", "ana@fastmail.fm"),
            ("a@b.c.fastmail.com", "a@b.c.fastmail.com"), ("ana+x@münchen.example", "ana+x@xn--mnchen-3ya.example"),
        ])
    func matches(text: String, key: String) throws {
        #expect(try EmailAddress(text).matchKey == key)
    }

    @Test("the key of a key is the same key")
    func matchesItself() throws {
        for text in [
            "A.b-c_d+e@protonmail.com", "a.b+c@mac.com", "a.b-c@ya.ru", "a-b-c@yahoo.fr", "x@a-b.fastmail.com",
        ] {
            let address = try EmailAddress(text)
            #expect(try EmailAddress(address.matchKey).matchKey == address.matchKey, "\(text)")
        }
    }

    @Test("rejects hostile text", arguments: HostileText.all)
    func refusesHostileText(typed: EscapedInput) {
        let text = typed.text
        #expect(throws: InvalidInput.self) { try EmailAddress(text) }
        #expect(throws: InvalidInput.self) { try EmailAddress("\(text)\r@example.com") }
    }
}
