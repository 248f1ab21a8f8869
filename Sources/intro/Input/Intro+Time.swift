import Booking
import BookingStore
import FoundationEssentials
import Postgres

extension Intro {
    /// Returns the conventions for times that are typed at a studio.
    ///
    /// - Parameters:
    ///   - studio: The studio, whose region decides the order of the numbers of a date.
    ///   - direction: Whether a weekday or a date without a year is the next one or the last one.
    /// - Returns: The conventions, without working hours.
    func timeContext(
        at studio: Studio, direction: TimePhraseContext.Direction = .ahead
    ) -> TimePhraseContext {
        var context = TimePhraseContext(clock: studio.clock, now: now)
        context.order = studio.region.code == "US" ? .monthFirst : .dayFirst
        context.language = settings.display.language
        context.direction = direction
        return context
    }

    /// Returns the conventions for typed times, with the working hours if one of the times depends on them.
    ///
    /// - Parameters:
    ///   - texts: The times that were typed.
    ///   - studio: The studio.
    ///   - trainer: The trainer; `nil`, or a trainer without hours, means all trainers.
    ///   - isNamed: Whether the times are only those of this studio, and not also of others.
    ///   - direction: Whether a weekday or a date without a year is the next one or the last one.
    ///   - database: The database to query.
    /// - Returns: The conventions, with the hours at the studio, or else at all studios.
    /// - Throws: `PostgresError`.
    func timeContext(
        for texts: String?..., at studio: Studio, with trainer: Trainer.ID?, isNamed: Bool = true,
        direction: TimePhraseContext.Direction = .ahead, in database: Database
    ) async throws -> TimePhraseContext {
        var context = timeContext(at: studio, direction: direction)
        guard texts.contains(where: { TimePhrase.dependsOnWorkingHours($0 ?? "", in: context) }) else { return context }
        let today = studio.clock.date(of: context.now)
        let place = isNamed ? studio.id : nil
        context.workingHours = try await database.withConnection { connection in
            let repository = HoursRepository(connection)
            let hours = try await repository.weeklyHours(at: place, of: trainer, from: today)
            guard hours.isEmpty, trainer != nil else { return hours }
            return try await repository.weeklyHours(at: place, of: nil, from: today)
        }
        return context
    }

    /// Returns the clock for times that belong to no studio: that of the configured studio, else of the first one.
    ///
    /// - Parameter connection: The connection to query.
    /// - Returns: The clock; UTC if there is no studio.
    /// - Throws: `NotFound` for the configured studio, or `PostgresError`.
    func displayClock(on connection: Connection) async throws -> StudioClock {
        let studios = StudioRepository(connection)
        if let handle = try defaultStudio { return try await studios.named(handle).clock }
        return try await studios.all().first?.clock ?? StudioClock(timeZone: "UTC")
    }

    /// Returns the form of times that belong to no studio, for texts.
    ///
    /// - Parameter database: The database to query; not used with `--json`.
    /// - Returns: The console's form on ``displayClock(on:)``; on UTC if the configured studio does not exist.
    /// - Throws: `PostgresError`.
    func displayTimes(in database: Database) async throws -> DisplayTimes {
        guard !console.isJSON else { return DisplayTimes(format: .iso, clock: try StudioClock(timeZone: "UTC")) }
        let clock = try await database.withConnection { connection in
            do {
                return try await self.displayClock(on: connection)
            } catch is NotFound {
                // A setting of the desk does not keep an operator from working.
                return try StudioClock(timeZone: "UTC")
            }
        }
        return DisplayTimes(format: console.times, clock: clock)
    }

    /// Returns the form of times that belong to no studio, for commands that work without a database.
    ///
    /// - Returns: The console's form on ``displayClock(on:)``; on UTC if the studios cannot be read.
    func displayTimesIfReadable() async throws -> DisplayTimes {
        do {
            return try await displayTimes(in: existingDatabase())
        } catch {
            return DisplayTimes(format: console.times, clock: try StudioClock(timeZone: "UTC"))
        }
    }

    /// Parses the start of a session: a point in time, or `soonest` for the first free slot.
    ///
    /// - Parameters:
    ///   - text: The text that was typed.
    ///   - field: The option, for the message.
    ///   - studio: The studio.
    ///   - trainer: The trainer; `nil` means all trainers of the studio.
    ///   - database: The database to query.
    /// - Returns: The instant.
    /// - Throws: `InvalidInput`, a `Refusal` when the local time does not exist or is ambiguous at a clock change, or a
    ///   `Failure` when no slot is free.
    func sessionStart(
        _ text: String, field: String = "--at", at studio: Studio, with trainer: Trainer.ID?, in database: Database
    ) async throws -> Date {
        let context = try await timeContext(for: text, at: studio, with: trainer, in: database)
        guard let phrase = try? TimePhrase.parse(text, in: context), phrase == .soonest else {
            return try parseInstant(text, field: field, in: context)
        }
        let end = context.now + Double(studio.offer.horizonMinutes + 1440) * 60
        let slots = try await database.withConnection { connection in
            try await SlotRepository(connection).open(
                at: studio, with: trainer, from: context.now, until: end, now: context.now, limit: 1)
        }
        guard let first = slots.first else {
            throw Failure(
                code: "no_free_slot", message: "no slot is free at \(studio.name.visible)",
                hint: "`intro slots --studio \(studio.handle)` says why", exit: .refused)
        }
        return first.startsAt
    }
}

/// The form of times that belong to no studio, such as those of jobs and channels.
struct DisplayTimes: Sendable {
    /// The form of times.
    let format: TimeFormat
    /// The clock.
    let clock: StudioClock

    /// Returns an instant as date, time and zone.
    func text(_ instant: Date) -> String { format.text(instant, on: clock) }

    /// Returns the date of an instant.
    func date(of instant: Date) -> String { format.text(clock.date(of: instant), on: clock) }
}
