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
    func recordedDays(_ sessions: [Session], of trainer: Trainer, _ home: Studio, in intro: Intro) throws -> String {
        guard let instant = try recordedAt(home, in: intro) else { return "" }
        let times = intro.console.times
        let heading = "\(trainer.name), as recorded on \(times.text(instant, on: home.clock))"
        guard !sessions.isEmpty else { return "\(heading.visible)\n\nno sessions" }
        return DayView(
            heading: heading, days: DayView.Day.days(of: sessions), studio: Session.Place(home),
            layout: DayView.Layout(intro.console)
        ).text(colored: intro.console.isColored)
    }

    /// Returns the time of `--as-of`.
    func recordedAt(_ home: Studio, in intro: Intro) throws -> Date? {
        let context = intro.timeContext(at: home, direction: .back)
        return try asOf.map { try parseInstant($0, field: "--as-of", in: context) }
    }
}
