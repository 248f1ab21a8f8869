import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Testing

@Suite("Corrections of marks and cancellations")
struct CorrectionTests {
    private static let request = ChangeRequest(now: BookingFixture.now)

    @Test("undo of a no-show takes the slot and the free session again, and lowers the number of no-shows")
    func noShow() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            let maria = try await fixture.addTrainer()
            let session = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            _ = try await fixture.desk.close(session.reference, as: .noShow)
            #expect(try await fixture.count("free_session_claim") == 0)
            let undone = try await fixture.desk.undo(session.reference, reason: "wrong client", Self.request)
            #expect(undone.session.status == .booked && undone.session.revision == session.revision && undone.changed)
            #expect(try await fixture.count("free_session_claim") == 1)
            await expectRefusal(.slotTaken) {
                try await fixture.book(studio, "2027-01-05 10:00", for: "ben@example.com", with: maria)
            }
            let reasons = try await fixture.database.query(
                "SELECT reason FROM event WHERE subject = 'session' AND after ->> 'status' = 'booked' ORDER BY id DESC LIMIT 1"
            ).decode(String?.self)
            #expect(reasons == ["wrong client"])
        }
    }

    @Test("a correction is refused while the person has another free session, with its code")
    func otherSession() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let missed = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            _ = try await fixture.desk.close(missed.reference, as: .noShow)
            let second = try await fixture.book(studio, "2027-01-06 10:00", for: "ana@example.com")
            let undone = await expectRefusal(.introAlreadyBooked) {
                try await fixture.desk.undo(missed.reference, reason: "wrong", Self.request)
            }
            #expect(undone?.message.contains("\(second.reference)") == true)
            await expectRefusal(.introAlreadyBooked) {
                try await fixture.desk.mark(
                    missed.reference, as: .attended, reason: "came", overrideReason: "early", Self.request)
            }
            _ = try await fixture.desk.close(second.reference, as: .attended)
            await expectRefusal(.introAlreadyUsed) {
                try await fixture.desk.undo(missed.reference, reason: "wrong", Self.request)
            }
        }
    }

    @Test("a cancelled session is reinstated at another station if its own is occupied")
    func station() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 2 }
            let maria = try await fixture.addTrainer()
            let james = try await fixture.addTrainer("james")
            let session = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            _ = try await fixture.desk.cancel(session.reference, reason: nil, now: BookingFixture.now)
            try await fixture.book(studio, "2027-01-05 10:00", for: "ben@example.com", with: james)
            let undone = try await fixture.desk.undo(session.reference, reason: "she comes", Self.request)
            #expect(undone.session.revision == 3 && undone.session.cancelledBy == nil)
            let stations = try await fixture.database.query("SELECT station FROM session ORDER BY id").decode(
                Int16.self)
            #expect(stations == [2, 1])
        }
    }

    @Test("a refused reinstatement reports the reason and free slots")
    func obstacles() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            let maria = try await fixture.addTrainer()
            try await fixture.addTrainer("james")
            let session = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            _ = try await fixture.desk.cancel(session.reference, reason: nil, now: BookingFixture.now)
            func refused(_ rule: Refusal.Rule) async {
                let refusal = await expectRefusal(rule) {
                    try await fixture.desk.undo(session.reference, reason: "wrong", Self.request)
                }
                #expect(refusal?.alternatives.isEmpty == false, "\(rule)")
            }
            let other = try await fixture.book(studio, "2027-01-05 10:00", for: "ben@example.com", with: maria)
            await refused(.slotTaken)
            _ = try await fixture.desk.cancel(other.reference, reason: nil, now: BookingFixture.now)
            try await fixture.book(studio, "2027-01-05 10:00", for: "cleo@example.com")
            await refused(.studioFull)
            let (from, until) = (session.startsAt - 60, session.endsAt + 60)
            let absence = try await fixture.administration.away(maria.handle, from: from, until: until, reason: "ill")
                .absence
            await refused(.away)
            _ = try await fixture.administration.removeAbsence(absence.number, of: maria.handle)
            _ = try await fixture.administration.close(
                studio: studio.handle, Closure(from: from, until: until, reason: "flood"))
            await refused(.studioClosed)
        }
    }

    @Test("a dry run changes nothing, and a repeated key returns the first result", arguments: [true, false])
    func request(isDryRun: Bool) async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let session = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            let request = ChangeRequest(now: BookingFixture.now, requestID: "k1", isDryRun: isDryRun)
            let first = try await fixture.desk.cancel(session.reference, reason: nil, request)
            #expect(first.session.status == .cancelled && !first.isRepeated)
            #expect(try await fixture.count("change_request") == (isDryRun ? 0 : 1))
            let events = try await fixture.count("event")
            let again = try await fixture.desk.cancel(session.reference, reason: nil, request)
            #expect(again.isRepeated == !isDryRun && again.session.status == .cancelled)
            #expect(try await fixture.count("event") == events)
            if !isDryRun {
                await #expect(throws: InvalidInput.self) {
                    try await fixture.desk.undo(session.reference, reason: "wrong", request)
                }
            }
        }
    }

    @Test("concurrent corrections with one key make one change")
    func concurrent() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let session = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            let desk = fixture.desk
            let request = ChangeRequest(now: BookingFixture.now, requestID: "k1")
            let repeated = try await withThrowingTaskGroup { group in
                for _ in 0..<6 {
                    group.addTask { try await desk.cancel(session.reference, reason: nil, request).isRepeated }
                }
                return try await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(repeated.filter { !$0 }.count == 1 && repeated.count == 6)
        }
    }
}
