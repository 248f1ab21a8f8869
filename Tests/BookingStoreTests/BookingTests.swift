import Booking
import BookingStore
import BookingStoreTesting
import FoundationEssentials
import Postgres
import Testing

@Suite("Booking")
struct BookingTests {
    let now = Date(timeIntervalSince1970: 1_798_848_000)  // 2027-01-02 00:00 UTC, Friday afternoon in Los Angeles

    @Test("refuses a booked slot, and offers the three nearest free slots")
    func taken() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            let maria = try await fixture.addTrainer()
            let first = try await fixture.desk.book(
                try request(studio, maria, "ana@example.com", "2027-01-05 10:00"), now: now)
            #expect(first.created && first.session.revision == 1 && first.session.localStart == "2027-01-05 10:00 PST")
            let refusal = await #expect(throws: Refusal.self) {
                try await fixture.desk.book(try request(studio, maria, "ben@example.com", "2027-01-05 10:00"), now: now)
            }
            #expect(refusal?.rule == .slotTaken)
            #expect(
                refusal?.alternatives.map(\.localStart) == [
                    "2027-01-05 09:00 PST", "2027-01-05 09:30 PST", "2027-01-05 10:30 PST",
                ])
        }
    }

    private func request(_ studio: Studio, _ trainer: Trainer?, _ email: String, _ at: String) throws -> BookingRequest
    {
        let address = try EmailAddress(email)
        var request = BookingRequest(
            studio: studio, who: .email(address),
            start: try TimePhrase.instant(at, in: TimePhraseContext(clock: studio.clock, now: now)))
        request.trainer = trainer
        request.newClient = ClientDetails(name: try PersonName("New Person"), email: address, phone: nil)
        return request
    }
}
