import Postgres
import Testing

@Suite("the client search")
struct ClientSearchTests {
    private static let people = [
        ("José Núñez", "(602) 555-0101"), ("Işıl Yıldız", "(602) 555-0102"), ("Catherine Nguyễn", "(480) 555-0602"),
        ("Sinéad O'Brien", "(213) 555-0602"), ("D’Arcy Smith-Jones", "+44 20 7946 0958"),
        ("Søren Łuksza", "(602) 555-0555"),
        ("Иван Петров", "(310) 555-5012"), ("王小明", "+33 6 12 34 56 78"),
    ]

    private static func add(to studio: Studio) async throws {
        for (number, (name, phone)) in people.enumerated() {
            try await studio.answer(
                "client", "add", name, "--phone", phone, "--email", "guest\(number + 1).x@example.com")
        }
    }

    /// The numbers of the clients that a search finds, in ascending order.
    private static func numbers(_ text: String, in studio: Studio) async throws -> [Int] {
        try await studio.answer("client", "list", "--search", text).items.compactMap { $0["id"]?.number }.sorted()
    }

    @Test("ignores case, accents, apostrophes and word order in names")
    func names() async throws {
        try await Studio.with { studio in
            try await Self.add(to: studio)
            for (text, found) in [
                ("jose", 1), ("JOSÉ", 1), ("Jose\u{301}", 1), ("núñez jose", 1), ("nunez", 1), ("yildiz", 2),
                ("YILDIZ", 2), ("Yıldız", 2), ("isil", 2), ("IŞIL", 2), ("İşil", 2), ("nguyen", 3), ("NGUYỄN", 3),
                ("Nguye\u{302}\u{303}n", 3), ("nguyen cath", 3), ("o'brien", 4), ("O’BRIEN", 4), ("oʼbrien", 4),
                ("o´brien", 4), ("obrien", 4), ("brien", 4), ("sinead o`brien", 4), ("d'arcy", 5), ("smith jones", 5),
                ("smith-jones", 5), ("Jones, D'Arcy", 5), ("soren", 6), ("luksza", 6), ("иван", 7), ("ПЕТРОВ", 7),
                ("小明", 8), ("guest3.x@EXAMPLE.com", 3), ("guest4.x", 4),
            ] {
                #expect(try await Self.numbers(text, in: studio) == [found], "\(text)")
            }
            for text in ["%", "_", "'", "zzz", "jose yildiz", "guest99"] {
                #expect(try await Self.numbers(text, in: studio) == [], "\(text)")
            }
            #expect(try await Self.numbers("example.com", in: studio).count == Self.people.count)
        }
    }

    @Test("tolerates one typing error in a name, but no other digits")
    func typos() async throws {
        try await Studio.with { studio in
            try await Self.add(to: studio)
            for (text, found) in [
                ("nunex", [1]), ("jsoe nunez", [1]), ("joze", [1]), ("josee nunez", [1]), ("cahterine", [3]),
                ("nguyin cath", [3]), ("ngyuen", [3]), ("o'brein", [4]), ("smiht jones", [5]), ("jnes d'arcy", [5]),
                ("luksa", [6]), ("luksaz", [6]), ("петрав", [7]),
                ("nunexx", []), ("joze nunex", []), ("yld", []), ("guest9", []), ("nunex 0102", []),
                ("jose 602999", []),
            ] {
                #expect(try await Self.numbers(text, in: studio) == found, "\(text)")
            }
            try await studio.answer("client", "add", "Lia Oak", "--email", "lia@example.com")
            for text in ["lai oak", "oak ila", "lia oka", "li oak", "lias oak", "liz oak"] {
                #expect(try await Self.numbers(text, in: studio) == [9], "\(text)")
            }
            for text in ["lai", "lai oka", "mia oak", "lia o4k"] {
                #expect(try await Self.numbers(text, in: studio) == [], "\(text)")
            }
            // A name as it was typed precedes similar ones.
            try await studio.answer("client", "add", "Jose Nunex", "--email", "nunex@example.com")
            #expect(try await Self.numbers("nunex", in: studio) == [10])
        }
    }

    @Test(
        "four digits match the end of a phone number; other lengths match anywhere, also in national format")
    func digits() async throws {
        try await Studio.with { studio in
            try await Self.add(to: studio)
            for (text, found) in [
                ("0602", [3, 4]), ("0555", [6]), ("5012", [7]), ("0101", [1]), ("6020", []), ("602", [1, 2, 3, 4, 6]),
                ("(602)", [1, 2, 3, 4, 6]), ("555-0602", [3, 4]), ("(480) 555", [3]), ("4805550602", [3]),
                ("+1 480 555 0602", [3]), ("1 (480) 555-0602", [3]), ("020 7946", [5]), ("02079460958", [5]),
                ("20 7946 0958", [5]), ("+44 20", [5]), ("0612345678", [8]), ("06 12 34", [8]), ("00602", []),
                ("nunez 0101", [1]), ("nunez 0102", []), ("\u{202D}(480) 555-0602\u{202C}", [3]),
            ] {
                #expect(try await Self.numbers(text, in: studio) == found, "\(text)")
            }
        }
    }

    @Test("finds a client by another spelling of the stored e-mail address or number")
    func aliases() async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "client", "add", "Ana", "--email", "ana.lima@proton.me", "--phone", "+54 11 2345-6789")
            for text in ["analima@pm.me", "ana-lima+gym@protonmail.com", "+54 9 11 2345-6789", "proton.me"] {
                #expect(try await Self.numbers(text, in: studio) == [1], "\(text)")
            }
        }
    }

    @Test("finds changed names, also those changed directly in the database")
    func changed() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ana", "--email", "ana@example.com")
            try await studio.answer("client", "edit", "1", "--name", "Zoë Hart", "--email", "zoe@example.com")
            #expect(try await Self.numbers("zoe hart", in: studio) == [1])
            #expect(try await Self.numbers("ana", in: studio) == [])
            try await studio.database.query("UPDATE client SET name = 'Chloé Hart'")
            #expect(try await Self.numbers("chloe", in: studio) == [1])
        }
    }
}
