import Booking
import Foundation
import Testing

@Suite("Reasons for no free slots")
struct NoSlotsTests {
    private let sample: DaySample
    private let studio: Studio

    init() throws {
        sample = try DaySample()
        studio = Studio(
            id: sample.west.id, handle: try Handle("west"), name: "West", clock: sample.west.clock,
            offer: Studio.Offer(),
            region: try Region("US"), address: nil, phone: nil, email: nil)
    }

    private func reason(
        _ from: String, _ until: String, _ shifts: [Roster.Shift] = [], absences: [Roster.Absence] = [],
        closures: [Roster.Closure] = [], of trainer: Trainer? = nil
    ) throws -> NoSlotsReason {
        NoSlotsReason(
            in: try sample.span(from, until), at: studio, with: trainer,
            roster: Roster(shifts: shifts, absences: absences, closures: closures),
            now: try sample.span("2026-11-30 08:00", "2026-11-30 08:00").lowerBound)
    }

    private func maria(retiredAt: Date? = nil) throws -> Trainer {
        Trainer(
            id: sample.maria.id, handle: try Handle("maria"), name: "Maria", homeStudio: studio.handle, email: nil,
            phone: nil, dailyLimit: nil, retiredAt: retiredAt)
    }

    @Test("reports a period that is in the past, too soon or too far ahead")
    func bounds() throws {
        let now = try sample.span("2026-11-30 08:00", "2026-11-30 08:00").lowerBound
        #expect(try reason("2026-11-29", "2026-11-30") == .past)
        #expect(try reason("2026-11-30 07:00", "2026-11-30 09:00") == .tooSoon(from: now + 7200))
        #expect(try reason("2027-06-01", "2027-06-02") == .beyondHorizon(until: now + 60 * 86_400))
    }

    @Test("reports a retired trainer, no hours, or hours that are too short for a session")
    func work() throws {
        let since = try sample.span("2026-11-29", "2026-11-30").lowerBound
        #expect(try reason("2026-12-01", "2026-12-02", of: maria(retiredAt: since)) == .retired(since: since))
        #expect(try reason("2026-12-01", "2026-12-02") == .noWork)
        let short = try sample.shift("2026-12-01 09:00", "2026-12-01 09:15")
        #expect(try reason("2026-12-01", "2026-12-02", [short]) == .noWork)
        let exact = try sample.shift("2026-12-01 09:00", "2026-12-01 09:20")
        #expect(try reason("2026-12-01", "2026-12-02", [exact]) == .booked)
        let other = try sample.shift("2026-12-01 09:00", "2026-12-01 17:00", of: sample.james)
        #expect(try reason("2026-12-01", "2026-12-02", [other], of: maria()) == .noWork)
        let retired = try sample.shift("2026-12-01 09:00", "2026-12-01 17:00", retiredAt: since)
        #expect(try reason("2026-12-01", "2026-12-02", [retired]) == .noWork)
    }

    @Test("reports a closure before an absence, each with its distinct reasons")
    func obstacles() throws {
        let shift = try sample.shift("2026-12-01 09:00", "2026-12-01 17:00")
        let closures = [
            try sample.closure("2026-12-01 08:00", "2026-12-01 12:00", "Repair"),
            try sample.closure("2026-12-01 12:00", "2026-12-01 18:00", "Repair"),
        ]
        let leave = try sample.absence("2026-12-01", "2026-12-02", "Honeymoon")
        #expect(
            try reason("2026-12-01", "2026-12-02", [shift], absences: [leave], closures: closures)
                == .closed(reasons: ["Repair"]))
        #expect(
            try reason("2026-12-01", "2026-12-02", [shift], absences: [leave], of: maria())
                == .away(reasons: ["Honeymoon"]))
        #expect(try reason("2026-12-01", "2026-12-02", [shift], absences: [leave]) == .away(reasons: []))
        #expect(
            try reason("2026-12-01", "2026-12-02", [shift], absences: [leave], closures: [closures[0]], of: maria())
                == .away(reasons: ["Honeymoon"]))
        #expect(try reason("2026-12-01", "2026-12-02", [shift], closures: [closures[0]]) == .booked)
    }
}
