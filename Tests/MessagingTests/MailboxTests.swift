import Testing

@testable import Messaging

@Suite("Mailboxes")
struct MailboxTests {
    @Test(
        "accepts an address of the form local@domain",
        arguments: [
            "anna@example.com", "a.b+c@sub.example.co.uk", "o'hara@example.com", "x@localhost", "1@2.test",
            "a!#$%&'*+-/=?^_`{|}~@x.test",
        ]
    )
    func valid(address: String) throws {
        #expect(try Mailbox(name: nil, address: address).address == address)
    }

    private static let refusals: [(String, CompositionError.Rule)] = [
        ("", .notAnAddress), ("anna", .notAnAddress), ("@example.com", .notAnAddress), ("anna@", .notAnAddress),
        ("a b@example.com", .notAnAddress), (".a@example.com", .notAnAddress), ("a..b@example.com", .notAnAddress),
        ("a@-x.test", .notAnAddress), ("a@x..test", .notAnAddress), ("a@b@c.test", .notAnAddress),
        ("a@x.test>", .notAnAddress), ("<a@x.test", .notAnAddress), ("\"a b\"@x.test", .notAnAddress),
        ("a@x.test,b@x.test", .notAnAddress), ("a@x_y.test", .notAnAddress),
        ("a@x.test\r\nRCPT TO:<b@x.test>", .controlCharacter), ("a\n@x.test", .controlCharacter),
        ("a\0@x.test", .controlCharacter), ("a\u{1B}@x.test", .controlCharacter),
        ("a\u{202E}@x.test", .directionOverride),
        ("zoë@x.test", .localPartNotASCII), ("anna@münchen.test", .domainNotASCII),
        (String(repeating: "a", count: 65) + "@x.test", .tooLong),
        ("a@" + String(repeating: "abcdefghi.", count: 26) + "test", .tooLong),
    ]

    @Test("rejects any other address, with the rule", arguments: refusals)
    func refused(address: String, rule: CompositionError.Rule) {
        #expect(throws: CompositionError(part: .address, rule: rule)) { try Mailbox(name: nil, address: address) }
    }

    @Test("rejects a name with a control character or a direction override", arguments: unsafeNames)
    func unsafeName(name: TypedText) {
        let name = name.text
        let error = #expect(throws: CompositionError.self) { try Mailbox(name: name, address: "a@x.test") }
        #expect(error?.part == .name)
        #expect(error.map { !$0.description.contains(name) } == true)
    }

    @Test("accepts any other name, with runs of spaces collapsed", arguments: nastyNames)
    func name(_ name: TypedText) throws {
        let mailbox = try Mailbox(name: name.text, address: "a@x.test")
        #expect(mailbox.name == name.text.split(separator: " ").joined(separator: " "))
    }

    @Test("an empty name becomes nil", arguments: ["", "   "])
    func emptyName(name: String) throws {
        #expect(try Mailbox(name: name, address: "a@x.test").name == nil)
    }

    private static let notations: [(String, String?, String)] = [
        ("anna@x.test", nil, "anna@x.test"), ("<anna@x.test>", nil, "anna@x.test"),
        ("Intro <hello@example.com>", "Intro", "hello@example.com"),
        (" Intro Desk  <hello@example.com> ", "Intro Desk", "hello@example.com"),
        ("\"Desk, \\\"Intro\\\"\" <d@x.test>", "Desk, \"Intro\"", "d@x.test"), ("Zoë <z@x.test>", "Zoë", "z@x.test"),
    ]

    @Test("parses the notation of mail headers", arguments: notations)
    func parsing(text: String, name: String?, address: String) throws {
        #expect(try Mailbox(parsing: text) == Mailbox(name: name, address: address))
    }

    @Test(
        "rejects several mailboxes and incomplete ones",
        arguments: [
            "Intro hello@example.com>", "Intro <hello>", "a@x.test, b@x.test", "a <a@x.test>, b <b@x.test", "Intro <>",
            "",
        ]
    )
    func notParsed(text: String) {
        #expect(throws: CompositionError.self) { try Mailbox(parsing: text) }
    }
}
