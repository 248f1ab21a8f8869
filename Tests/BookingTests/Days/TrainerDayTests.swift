import Booking
import Foundation
import Testing

@Suite("Days of a trainer's schedule")
struct TrainerDayTests {
    private let sample: DaySample

    init() throws { sample = try DaySample() }

    private func day(
        _ shifts: [Roster.Shift], absences: [Roster.Absence] = [], closures: [Roster.Closure] = [],
        sessions: [Session] = [], retiredAt: Date? = nil, on date: LocalDate? = nil
    ) -> TrainerDay {
        TrainerDay(
            date: date ?? sample.tuesday, clock: sample.west.clock, retiredAt: retiredAt,
            roster: Roster(shifts: shifts, absences: absences, closures: closures), sessions: sessions)
    }

    @Test("splits hours that cross midnight between the days")
    func midnight() throws {
        let night = try sample.shift("2026-12-01 22:00", "2026-12-02 02:00")
        #expect(try day([night]).availableHours.map(\.spans) == [[sample.span("2026-12-01 22:00", "2026-12-01 24:00")]])
        let next = day([night], on: sample.tuesday.adding(days: 1))
        #expect(try next.availableHours.map(\.spans) == [[sample.span("2026-12-02 00:00", "2026-12-02 02:00")]])
        #expect(day([night], on: sample.tuesday.adding(days: 2)).isOff)
    }

    @Test("assigns hours to dates in their studio's time zone, and sorts them by start")
    func zones() throws {
        let late = try sample.shift("2026-12-01 22:00", "2026-12-02 01:00", at: sample.east)
        let early = try sample.shift("2026-12-01 07:00", "2026-12-01 12:00")
        let tuesday = day([late, early])
        #expect(tuesday.availableHours.map(\.studio.handle) == ["west", "east"])
        #expect(
            try tuesday.availableHours[1].spans == [
                sample.span("2026-12-01 22:00", "2026-12-02 00:00", at: sample.east)
            ])
        let wednesday = day([late, early], on: sample.tuesday.adding(days: 1))
        #expect(wednesday.availableHours.map(\.studio.handle) == ["east"])
    }

    @Test("removes absences from the hours; an absence that leaves no hours covers the whole day")
    func absences() throws {
        let shift = try sample.shift("2026-12-01 09:00", "2026-12-01 17:00")
        let dentist = try sample.absence("2026-12-01 12:00", "2026-12-01 13:00", "Dentist")
        let part = day([shift], absences: [dentist])
        #expect(part.absences.map(\.during) == [dentist.during])
        #expect(part.availableHours.flatMap(\.spans).count == 2)
        let course = try sample.absence("2026-12-01 08:00", "2026-12-01 18:00", "Course")
        let whole = day([shift], absences: [course])
        #expect(whole.absences.map(\.during) == [nil] && whole.availableHours.isEmpty && !whole.isOff)
        let leave = try sample.absence("2026-11-28", "2026-12-05", nil)
        let free = day([], absences: [leave])
        #expect(free.absences.map(\.during) == [nil] && !free.isOff)
        #expect(day([], absences: [dentist]).isOff, "an absence on a day without hours leaves the day off")
        let two = day(
            [shift],
            absences: [
                try sample.absence("2026-12-01 08:00", "2026-12-01 12:00", "A"),
                try sample.absence("2026-12-01 12:00", "2026-12-01 18:00", "B"),
            ])
        #expect(two.absences.compactMap(\.during).count == 2 && two.availableHours.isEmpty && !two.isOff)
    }

    @Test("includes a closure only at the trainer's studio and during the trainer's hours")
    func closures() throws {
        let shifts = [
            try sample.shift("2026-12-01 09:00", "2026-12-01 12:00"),
            try sample.shift("2026-12-01 18:00", "2026-12-01 20:00", at: sample.east),
        ]
        let elsewhere = try sample.closure("2026-12-01", "2026-12-02", "Repair", at: sample.east)
        let closed = day(shifts, closures: [elsewhere])
        #expect(closed.closures.map(\.studio.handle) == ["east"])
        #expect(closed.closures.map(\.obstacle) == [closed.closures[0].obstacle])
        #expect(closed.closures[0].obstacle.during == nil && closed.closures[0].obstacle.reason == "Repair")
        #expect(closed.availableHours.map(\.studio.handle) == ["west"])
        let afternoon = try sample.closure("2026-12-01 14:00", "2026-12-01 16:00", "Party")
        #expect(day(shifts, closures: [afternoon]).closures.isEmpty, "the closure begins after the trainer's hours")
        let closedDayOff = day([], closures: [try sample.closure("2026-12-01", "2026-12-02", "Repair")])
        #expect(closedDayOff.closures.isEmpty && closedDayOff.isOff)
    }

    @Test("a trainer has no hours and no absences from the date of retirement")
    func retirement() throws {
        let shift = try sample.shift("2026-12-01 09:00", "2026-12-01 17:00")
        let leave = try sample.absence("2026-12-01", "2026-12-02", "Ill")
        let noon = try sample.span("2026-12-01 12:00", "2026-12-01 12:00").lowerBound
        let retired = day([shift], absences: [leave], retiredAt: noon)
        #expect(retired.retiredSince == sample.tuesday)
        #expect(retired.availableHours.isEmpty && retired.absences.isEmpty && !retired.isOff)
        let before = day(
            [try sample.shift("2026-11-30 09:00", "2026-11-30 17:00")], retiredAt: noon,
            on: sample.tuesday.adding(days: -1))
        #expect(before.retiredSince == nil && before.availableHours.count == 1)
    }

    @Test("includes a session on every date that it overlaps in its studio's time zone")
    func sessions() throws {
        let crossing = try sample.session("2026-12-01 23:30", "2026-12-02 00:30")
        let eastern = try sample.session("2026-12-02 01:00", "2026-12-02 01:20", at: sample.east)
        let dates = (0...2).map { sample.tuesday.adding(days: $0) }
        #expect(dates.map { day([], sessions: [crossing], on: $0).sessions.count } == [1, 1, 0])
        #expect(dates.map { day([], sessions: [eastern], on: $0).sessions.count } == [0, 1, 0])
    }
}

@Suite("Days of a studio's agenda")
struct StudioDayTests {
    private let sample: DaySample

    init() throws { sample = try DaySample() }

    private func day(
        _ shifts: [Roster.Shift], absences: [Roster.Absence] = [], closures: [Roster.Closure] = []
    ) -> StudioDay {
        StudioDay(
            date: sample.tuesday, studio: sample.west,
            roster: Roster(shifts: shifts, absences: absences, closures: closures), sessions: [])
    }

    @Test("lists trainers by handle, with their hours without absences and closures")
    func workers() throws {
        let shifts = [
            try sample.shift("2026-12-01 09:00", "2026-12-01 17:00"),
            try sample.shift("2026-12-01 12:00", "2026-12-01 20:00", of: sample.james),
        ]
        let agenda = day(
            shifts, absences: [try sample.absence("2026-12-01 09:00", "2026-12-01 10:00", "Dentist")],
            closures: [try sample.closure("2026-12-01 13:00", "2026-12-01 14:00", "Drill")])
        #expect(agenda.workers.map(\.trainer.handle) == ["james", "maria"])
        #expect(try agenda.workers[0].spans[0] == sample.span("2026-12-01 12:00", "2026-12-01 13:00"))
        #expect(agenda.workers[1].spans.count == 2 && agenda.workers[1].absences.count == 1)
        #expect(!agenda.hasNoTrainer && !agenda.isClosed)
    }

    @Test("distinguishes a closed studio from a studio without a trainer, or with all trainers away")
    func empty() throws {
        let shift = try sample.shift("2026-12-01 09:00", "2026-12-01 17:00")
        #expect(day([]).hasNoTrainer)
        let away = day([shift], absences: [try sample.absence("2026-12-01", "2026-12-02", "Ill")])
        #expect(away.hasNoTrainer && away.workers.map { $0.absences[0].during } == [nil])
        let closed = day([shift], closures: [try sample.closure("2026-12-01 08:00", "2026-12-01 18:00", "Repair")])
        #expect(closed.isClosed && !closed.hasNoTrainer && closed.workers.isEmpty)
        let closedDayOff = day([], closures: [try sample.closure("2026-12-01", "2026-12-02", "Holiday")])
        #expect(closedDayOff.isClosed && !closedDayOff.hasNoTrainer)
        let retired = try sample.shift(
            "2026-12-01 09:00", "2026-12-01 17:00", retiredAt: sample.span("2026-11-30", "2026-12-01").lowerBound)
        #expect(day([retired]).hasNoTrainer && day([retired]).workers.isEmpty)
    }
}
