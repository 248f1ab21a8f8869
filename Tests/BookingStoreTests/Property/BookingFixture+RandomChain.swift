import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Testing

extension BookingFixture {
    /// Adds a studio of a chain, with its closures.
    func open(_ place: RandomChain.Studio, as handle: String) async throws -> Studio {
        let studio = try await addStudio(handle, zone: place.zone) {
            $0.offer = Studio.Offer(
                stations: Int16(place.stations), sessionMinutes: Int32(place.length),
                turnaroundMinutes: Int32(place.turnaround), slotEveryMinutes: Int32(place.every),
                noticeMinutes: Int32(place.notice), horizonMinutes: Int32(place.horizon))
        }
        for closure in place.closures {
            let (from, until) = instants(closure)
            _ = try await administration.close(
                studio: studio.handle, Closure(from: from, until: until, reason: "the property wants it"))
        }
        return studio
    }

    /// Adds a trainer of a chain, with hours and absences.
    func addTrainer(_ person: RandomChain.Trainer, at studios: [Studio]) async throws -> Trainer {
        var details = TrainerDetails(name: try PersonName(person.handle), homeStudio: studios[0].handle)
        details.dailyLimit = person.limit.map(Int32.init)
        let trainer = try await administration.add(details, as: try Handle(person.handle))
        for season in person.seasons {
            try await administration.set(
                try WeeklyHours(season.spans.map(span)), of: trainer.handle, at: studios[season.studio].handle,
                from: try season.from.map(date), until: try season.until.map(date), now: .distantPast)
        }
        for absence in person.away {
            let (from, until) = instants(absence)
            _ = try await administration.away(trainer.handle, from: from, until: until, reason: nil)
        }
        if person.isRetired { _ = try await administration.retire(trainer: trainer.handle, now: .distantPast) }
        return trainer
    }

    private func span(_ span: RandomChain.Span) throws -> WeeklyHours.Span {
        // In Calendar a week begins on Sunday, in `Weekday` on Monday.
        let weekday = try #require(Weekday(rawValue: span.weekday == 1 ? 7 : span.weekday - 1))
        let opens = try #require(LocalTime(minutes: span.minutes.lowerBound))
        let closes = try #require(LocalTime(minutes: span.minutes.upperBound))
        return try #require(WeeklyHours.Span(weekday: weekday, opens: opens, closes: closes))
    }

    private func date(_ number: Int) throws -> LocalDate {
        try #require(LocalDate(year: number / 10_000, month: number / 100 % 100, day: number % 100))
    }

    private func instants(_ minutes: Range<Int>) -> (Date, Date) {
        (
            Date(timeIntervalSince1970: Double(minutes.lowerBound * 60)),
            Date(timeIntervalSince1970: Double(minutes.upperBound * 60))
        )
    }
}
