import Booking
import Foundation
import Testing

@Suite("The search for a session by its client")
struct SessionSearchTests {
    private static let now = Date(timeIntervalSince1970: 1_796_000_000)

    /// A session of a client, in days from now.
    private static func session(
        _ code: String, of client: Int64, in days: Double, _ status: Session.Status = .booked
    ) throws -> Session {
        let start = now + days * 86_400
        return Session(
            id: Session.ID(1), reference: try Reference(code), status: status, revision: 1,
            client: Client(id: Client.ID(client), name: "Ana", email: nil, phone: nil),
            trainer: Session.TrainerName(id: Trainer.ID(1), handle: "maria", name: "Maria"),
            studio: Session.Place(
                id: Studio.ID(1), handle: "downtown", name: "Downtown", clock: try StudioClock(timeZone: "UTC")),
            startsAt: start, endsAt: start + 1200, bookedAt: start - 86_400, overrideReason: nil, cancelReason: nil)
    }

    private static func chosen(_ sessions: [Session]) -> [String] {
        switch SessionChoice(among: sessions, now: now) {
        case .none: []
        case .one(let session): [session.reference.code]
        case .several(let candidates): candidates.map(\.reference.code)
        }
    }

    @Test("chooses the only session to come, also if it has begun, before all past ones")
    func ahead() throws {
        let past = try Self.session("AAAAAAAA", of: 1, in: -3)
        let ahead = try Self.session("BBBBBBBB", of: 1, in: 2)
        let running = try Self.session("CCCCCCCC", of: 1, in: -0.01)
        #expect(Self.chosen([]) == [])
        #expect(Self.chosen([past, ahead]) == ["BBBBBBBB"])
        #expect(Self.chosen([running, past]) == ["CCCCCCCC"])
        #expect(Self.chosen([ahead, running]) == ["CCCCCCCC", "BBBBBBBB"])
    }

    @Test("chooses the latest session if none is to come; a cancelled one only if it is later than a marked one")
    func latest() throws {
        let attended = try Self.session("AAAAAAAA", of: 1, in: -9, .attended)
        let unmarked = try Self.session("BBBBBBBB", of: 1, in: -1)
        let cancelled = try Self.session("CCCCCCCC", of: 1, in: 2, .cancelled)
        #expect(Self.chosen([attended]) == ["AAAAAAAA"])
        #expect(Self.chosen([cancelled]) == ["CCCCCCCC"])
        #expect(Self.chosen([attended, cancelled]) == ["AAAAAAAA", "CCCCCCCC"])
        let earlier = try Self.session("DDDDDDDD", of: 1, in: -12, .cancelled)
        #expect(Self.chosen([attended, earlier]) == ["AAAAAAAA"])
        #expect(Self.chosen([cancelled, unmarked, attended]) == ["BBBBBBBB"])
    }

    @Test("lists the sessions of several clients, except of clients without a booked session where others have one")
    func severalClients() throws {
        let ahead = try Self.session("AAAAAAAA", of: 1, in: 3)
        let unmarked = try Self.session("BBBBBBBB", of: 2, in: -1)
        let attended = try Self.session("CCCCCCCC", of: 3, in: -2, .attended)
        let cancelled = try Self.session("DDDDDDDD", of: 4, in: 1, .cancelled)
        #expect(Self.chosen([ahead, unmarked, attended]) == ["BBBBBBBB", "AAAAAAAA"])
        #expect(Self.chosen([attended, ahead, cancelled]) == ["AAAAAAAA"])
        #expect(Self.chosen([attended, cancelled]) == ["CCCCCCCC", "DDDDDDDD"])
    }

    @Test("reads an identifier before a name, and neither from digits, punctuation or several lines")
    func reads() throws {
        let us = try Region("US")
        #expect(try SessionSearch("#12", region: us) == .client(.id(Client.ID(12))))
        #expect(try SessionSearch("ana@example.com", region: us) == .client(.email(EmailAddress("ana@example.com"))))
        #expect(try SessionSearch("ana  lima", region: us) == .name(PersonName("ana lima")))
        #expect(try SessionSearch("王小明", region: us) == .name(PersonName("王小明")))
        for text in ["1.5", "#", "!!", "a\nb", String(repeating: "x", count: 201)] {
            #expect(try SessionSearch(text, region: us) == nil, "\(text)")
        }
        #expect(throws: InvalidInput.self) { try SessionSearch("ana@", region: us) }
    }

    @Test("an equal name excludes similar names")
    func similarity() throws {
        let names = ["Ana Lima", "Lima, Ana", "Ana Lima Costa", "Ana Lina", "Susana Limaz"]
        let clients = names.enumerated().map { Client(id: Client.ID(Int64($0)), name: $1, email: nil, phone: nil) }
        func found(_ name: String) throws -> [Int64] {
            SessionSearch.mostSimilar(clients, to: try PersonName(name)).map(\.id.value)
        }
        #expect(try found("ana lima") == [0, 1])
        #expect(try found("Ana") == [0, 1, 2, 3])
        #expect(try found("costa") == [2])
        #expect(try found("zoe") == [])
    }
}
