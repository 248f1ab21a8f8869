import Booking
import Foundation
import Testing

@Suite("Days of a trainer's calendar")
struct CalendarDayTests {
    private let sample: DaySample

    init() throws { sample = try DaySample() }

    private func days(
        _ shifts: [Roster.Shift], absences: [Roster.Absence] = [], closures: [Roster.Closure] = [],
        sessions: [Session] = [], retiredAt: Date? = nil, open: [Slot] = []
    ) -> [CalendarDay] {
        let day = TrainerDay(
            date: sample.tuesday, clock: sample.west.clock, retiredAt: retiredAt,
            roster: Roster(shifts: shifts, absences: absences, closures: closures), sessions: sessions)
        return CalendarDay.days(of: day, home: sample.west, open: open)
    }

    private func slot(_ time: String, at studio: Session.Place) throws -> Slot {
        Slot(startsAt: try sample.span(time, time, at: studio).lowerBound, trainer: sample.maria, studio: studio)
    }

    @Test("a date without hours is off, at the home studio")
    func off() throws {
        let days = days([], closures: [try sample.closure("2026-12-01", "2026-12-02", "Repair")])
        #expect(days.map(\.state) == [.off] && days[0].studio.handle == "west" && days[0].reasons.isEmpty)
    }

    @Test("each studio with hours or sessions has a day of its own, with its own open slots")
    func severalStudios() throws {
        let shifts = [
            try sample.shift("2026-12-01 07:00", "2026-12-01 12:00"),
            try sample.shift("2026-12-01 18:00", "2026-12-01 20:00", at: sample.east),
        ]
        let open = [
            try slot("2026-12-01 07:00", at: sample.west), try slot("2026-12-01 18:00", at: sample.east),
            try slot("2026-12-02 07:00", at: sample.west),
        ]
        let closed = try sample.closure("2026-12-01", "2026-12-02", "Repair", at: sample.east)
        let days = days(shifts, closures: [closed], open: open)
        #expect(days.map(\.studio.handle) == ["west", "east"] && days.map(\.state) == [.working, .closed])
        #expect(days.map(\.openStarts.count) == [1, 1] && days[1].reasons == ["Repair"] && days[1].hours.isEmpty)
        let visit = try sample.session("2026-12-01 18:00", "2026-12-01 18:20", at: sample.east)
        let override = self.days([shifts[0]], sessions: [visit])
        #expect(override.map(\.state) == [.working, .off] && override.map(\.sessions.count) == [0, 1])
    }

    @Test("an absence over all hours is away with its reason; over a part of them the rest is worked")
    func away() throws {
        let shift = try sample.shift("2026-12-01 09:00", "2026-12-01 17:00")
        let course = try sample.absence("2026-12-01 08:00", "2026-12-01 18:00", "Course")
        let whole = days([shift], absences: [course])
        #expect(whole.map(\.state) == [.away] && whole[0].reasons == ["Course"])
        let dentist = try sample.absence("2026-12-01 12:00", "2026-12-01 13:00", "Dentist")
        let part = days([shift], absences: [dentist])
        #expect(part.map(\.state) == [.working] && part[0].reasons == ["Dentist"] && part[0].hours.count == 2)
        let early = try sample.absence("2026-12-01 08:00", "2026-12-01 09:00", "Call")
        #expect(days([shift], absences: [early])[0].reasons.isEmpty, "it does not shorten the hours")
        let leave = try sample.absence("2026-11-28", "2026-12-05", nil)
        #expect(days([], absences: [leave]).map(\.state) == [.away], "the day is away, although it has no hours")
        let both = days(
            [shift], absences: [try sample.absence("2026-12-01 08:00", "2026-12-01 12:00", "A")],
            closures: [try sample.closure("2026-12-01 12:00", "2026-12-01 18:00", "B")])
        #expect(both.map(\.state) == [.away], "the two absences together leave no hours")
    }

    @Test("a retired trainer is off, and keeps booked sessions")
    func retired() throws {
        let shift = try sample.shift("2026-12-01 09:00", "2026-12-01 17:00")
        let session = try sample.session("2026-12-01 09:00", "2026-12-01 09:20")
        let days = days([shift], sessions: [session], retiredAt: .distantPast)
        #expect(days.map(\.state) == [.off] && days[0].sessions.count == 1)
        let today = self.days([shift], retiredAt: shift.during.lowerBound)
        #expect(today.map(\.retiredSince) == [sample.tuesday] && today[0].reasons.isEmpty)
        #expect(self.days([shift]).map(\.retiredSince) == [nil])
    }

    @Test("the peak of stations is every time with the most sessions; cancelled ones and no-shows take none")
    func stations() throws {
        func day(_ sessions: [Session]) -> StudioDay {
            StudioDay(
                date: sample.tuesday, studio: sample.west, roster: Roster(shifts: [], absences: [], closures: []),
                sessions: sessions)
        }
        #expect(day([]).stationPeak == nil)
        let sessions = try [
            ("08:00", "08:20"), ("09:00", "09:20"), ("09:10", "09:30"), ("09:20", "09:40"), ("10:00", "10:20"),
            ("11:00", "11:20"), ("11:00", "11:30"),
        ].map { try sample.session("2026-12-01 \($0.0)", "2026-12-01 \($0.1)") }
        let peak = try #require(day(sessions).stationPeak)
        #expect(peak.count == 2)
        #expect(
            try peak.during == [
                sample.span("2026-12-01 09:10", "2026-12-01 09:30"),
                sample.span("2026-12-01 11:00", "2026-12-01 11:20"),
            ])
    }
}
