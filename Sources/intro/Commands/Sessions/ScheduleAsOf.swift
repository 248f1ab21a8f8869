import Booking
import BookingStore
import FoundationEssentials
import Postgres

extension Schedule {
    /// Returns the sessions as they are, or as they were recorded at the time of `--as-of`.
    func sessions(
        of trainer: Trainer, on dates: ClosedRange<LocalDate>, recordedAt instant: Date?, _ connection: Connection
    ) async throws -> Pending<[Session]> {
        guard let instant else { return await SessionRepository(connection).sendAll(of: trainer.id, on: dates) }
        return Pending(
            known: try await EventRepository(connection).schedule(of: trainer.id, on: dates, recordedAt: instant))
    }

    /// Returns the days with a recorded session; working hours and time off are not those of the past time.
    func recordedDays(
        _ sessions: [Session], of trainer: Trainer, _ home: Studio, at instant: Date, in intro: Intro
    ) throws -> String {
        let times = intro.console.times
        let heading = "\(trainer.name), as recorded on \(times.text(instant, on: home.clock))"
        guard !sessions.isEmpty else { return "\(heading.visible)\n\nno sessions" }
        return DayView(
            heading: heading, days: DayView.Day.days(of: sessions), studio: Session.Place(home),
            layout: DayView.Layout(intro.console)
        ).text(colored: intro.console.isColored)
    }

    /// Returns the time of `--as-of`; of a second, a day or a period, the last moment of it that has passed.
    ///
    /// - Throws: `InvalidInput` for a time whose events retention has removed.
    func recordedAt(
        _ trainer: Trainer, _ home: Studio, in intro: Intro, _ database: Database
    ) async throws -> Date? {
        guard let asOf else { return nil }
        let context = try await intro.timeContext(
            for: asOf, at: home, with: trainer.id, direction: .back, in: database)
        let phrase = try parseTimePhrase(asOf, field: "--as-of", in: context)
        let recordedAt = lastMoment(of: phrase, on: home.clock, now: intro.now)
        let beginning = try await database.withConnection { try await EventRepository($0).beginning() }
        guard let beginning, recordedAt < beginning else { return recordedAt }
        throw InvalidInput(
            field: "--as-of", problem: "is before \(intro.console.times.text(beginning, on: home.clock))",
            hint: "the events of earlier times were removed after their retention")
    }

    /// The log has fractions of a second, which `intro log` does not print.
    private func lastMoment(of phrase: TimePhrase, on clock: StudioClock, now: Date) -> Date {
        if case .instant(let instant) = phrase {
            let seconds = instant.timeIntervalSince1970
            return seconds == seconds.rounded() ? instant + 0.999_999 : instant
        }
        let end = phrase.end(clock)
        return end > now ? now : end - 0.001
    }
}
