import Booking
import Foundation

/// Test data: two studios in time zones three hours apart and two trainers; Tuesday is 2026-12-01.
struct DaySample {
    let west: Session.Place
    let east: Session.Place
    let maria = Session.TrainerName(id: Trainer.ID(1), handle: "maria", name: "Maria Lopez")
    let james = Session.TrainerName(id: Trainer.ID(2), handle: "james", name: "James Carter")
    let tuesday: LocalDate

    init() throws {
        west = Session.Place(
            id: Studio.ID(1), handle: "west", name: "West", clock: try StudioClock(timeZone: "America/Los_Angeles"))
        east = Session.Place(
            id: Studio.ID(2), handle: "east", name: "East", clock: try StudioClock(timeZone: "America/New_York"))
        tuesday = try LocalDate("2026-12-01")
    }

    /// Returns the period between two local times of a studio, such as `2026-12-01 09:00`.
    func span(_ from: String, _ until: String, at studio: Session.Place? = nil) throws -> Range<Date> {
        let clock = (studio ?? west).clock
        var context = TimePhraseContext(clock: clock, now: .distantPast)
        context.role = .end
        func instant(_ text: String) throws -> Date { try TimePhrase.parse(text, in: context).start(clock) }
        return try instant(from)..<instant(until)
    }

    func shift(
        _ from: String, _ until: String, at studio: Session.Place? = nil, of trainer: Session.TrainerName? = nil,
        retiredAt: Date? = nil
    ) throws -> Roster.Shift {
        let studio = studio ?? west
        return Roster.Shift(
            trainer: trainer ?? maria, retiredAt: retiredAt, studio: studio, during: try span(from, until, at: studio))
    }

    func absence(_ from: String, _ until: String, _ reason: String?) throws -> Roster.Absence {
        Roster.Absence(trainer: maria.id, during: try span(from, until), reason: reason)
    }

    func closure(_ from: String, _ until: String, _ reason: String, at studio: Session.Place? = nil) throws
        -> Roster.Closure
    {
        let studio = studio ?? west
        return Roster.Closure(studio: studio.id, during: try span(from, until, at: studio), reason: reason)
    }

    func session(_ from: String, _ until: String, at studio: Session.Place? = nil) throws -> Session {
        let studio = studio ?? west
        let span = try span(from, until, at: studio)
        return Session(
            id: Session.ID(1), reference: Reference(bits: 1), status: .booked, revision: 1,
            client: Client(id: Client.ID(1), name: "Ana", email: nil, phone: nil), trainer: maria, studio: studio,
            startsAt: span.lowerBound, endsAt: span.upperBound, bookedAt: .distantPast, overrideReason: nil,
            cancelReason: nil)
    }
}
