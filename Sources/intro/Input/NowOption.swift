import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Logging
import Postgres

/// The clock by which a command reads a local time of `--now`.
enum NowClock {
    /// That of a named studio or trainer, of the configured studio, or the time that is the same at all studios.
    case studios(studio: String? = nil, trainer: String? = nil)
    /// That of the configured or first studio, by which the command also shows times.
    case desk
    /// Any: the command uses no time.
    case any
}

extension Intro {
    /// Creates the dependencies of a command; `--now` may be any time that can be typed at the studio.
    ///
    /// - Parameters:
    ///   - options: The command line's global options.
    ///   - clock: The clock of `--now`.
    ///   - logLevel: The lowest level that is logged without `--verbose`.
    /// - Returns: The dependencies.
    /// - Throws: A `Failure`, `InvalidInput`, or a `Refusal` when the local time does not exist or is ambiguous.
    static func make(options: GlobalOptions, nowOn clock: NowClock, logLevel: Logger.Level) async throws -> Intro {
        guard let text = options.now, RFC3339.parse(text) == nil else {
            return try Intro(options: options, logLevel: logLevel)
        }
        let instant = try universalNow(text)
        var options = options
        options.now = nil
        let present = try Intro(options: options, logLevel: logLevel)
        do {
            options.now = RFC3339.string(try await present.localNow(text, on: clock) ?? instant)
        } catch {
            await present.close()
            throw error
        }
        await present.close()
        return try Intro(options: options, logLevel: logLevel)
    }

    /// Parses the value of `--now` in UTC, to reject other texts before a database is needed to find the studio.
    private static func universalNow(_ text: String) throws -> Date {
        var context = TimePhraseContext(clock: try StudioClock(timeZone: "UTC"), now: Date())
        context.language = .spanish
        context.workingHours = [try WeeklyHours(parsing: "daily 07:00-19:00")]
        do {
            return try parseInstant(text, field: "--now", in: context)
        } catch let problem as InvalidInput {
            context.order = .dayFirst
            guard let instant = try? parseInstant(text, field: "--now", in: context) else { throw problem }
            return instant
        }
    }

    /// Parses the value of `--now`; returns `nil` if no studio's clock is needed.
    private func localNow(_ text: String, on clock: NowClock) async throws -> Date? {
        let (named, trainer): (String?, String?)
        switch clock {
        case .any: return nil
        case .desk: (named, trainer) = (nil, nil)
        case .studios(let studio, let handle): (named, trainer) = (studio, handle)
        }
        let database = try await database()
        let studios = try await database.withConnection { try await StudioRepository($0).all() }
        let isNamed = named != nil || trainer != nil
        if !isNamed, try defaultStudio == nil, studios.count > 1 {
            guard case .desk = clock else {
                return try await commonInstant(
                    text, field: "--now", at: studios,
                    hint: "or set INTRO_STUDIO to one of " + studios.map(\.handle.text).joined(separator: ", "),
                    in: database
                ) { try parseInstant(text, field: "--now", in: $0) }
            }
            return try await parseNow(text, at: studios[0], in: database)
        }
        if case .desk = clock, studios.isEmpty { return nil }
        let studio =
            if named == nil, let trainer { try await self.trainer(trainer, in: database).home } else {
                try await bookingTarget(studio: named, trainer: nil, in: database).studio
            }
        return try await parseNow(text, at: studio, in: database)
    }

    private func parseNow(_ text: String, at studio: Studio, in database: Database) async throws -> Date {
        try parseInstant(
            text, field: "--now", in: try await timeContext(for: text, at: studio, with: nil, in: database))
    }

    /// Parses a time that is the same instant at all studios, such as one with an offset.
    ///
    /// - Parameters:
    ///   - text: The text that was typed.
    ///   - field: The option, for the message.
    ///   - studios: All studios.
    ///   - hint: What to do other than to write an offset.
    ///   - database: The database to query.
    ///   - read: Parses the text in the conventions of a studio.
    /// - Returns: The instant.
    /// - Throws: A `Failure` if the instants differ, or the error of `read`.
    func commonInstant(
        _ text: String, field: String, at studios: [Studio], hint: String, in database: Database,
        read: (TimePhraseContext) throws -> Date
    ) async throws -> Date {
        var instants: [Date] = []
        var problems: [any Error] = []
        var example: String?
        for studio in studios.sorted(by: { $0.clock.identifier < $1.clock.identifier }) {
            let context = try await timeContext(for: text, at: studio, with: nil, isNamed: false, in: database)
            do {
                let instant = try read(context)
                instants.append(instant)
                example = example ?? studio.clock.textWithOffset(instant)
            } catch { problems.append(error) }
        }
        if instants.isEmpty, let problem = problems.first { throw problem }
        guard let instant = instants.first, Set(instants).count == 1, problems.allSatisfy({ $0 is InvalidInput })
        else {
            throw Failure(
                code: "usage", message: "\(quoted(text)) is not the same time at all \(studios.count) studios",
                hint: "give an offset, as in `\(field) \"\(example ?? "2026-12-01 18:00-08:00")\"`, \(hint)",
                exit: .usage)
        }
        return instant
    }
}

extension Slots { var nowClock: NowClock { .studios(studio: studio, trainer: trainer) } }
extension Book { var nowClock: NowClock { .studios(studio: studio, trainer: trainer) } }
extension HoldCommand { var nowClock: NowClock { .studios(studio: studio, trainer: trainer) } }
extension Reschedule { var nowClock: NowClock { .studios(studio: studio, trainer: trainer) } }
extension SessionsCommand { var nowClock: NowClock { .studios(studio: studio, trainer: trainer) } }
extension Agenda { var nowClock: NowClock { .studios(studio: place ?? studio) } }
extension Schedule { var nowClock: NowClock { .studios(trainer: trainer) } }
extension StudioCommand.Show { var nowClock: NowClock { .studios(studio: id) } }
extension StudioCommand.Edit { var nowClock: NowClock { .studios(studio: id) } }
extension StudioCommand.Close { var nowClock: NowClock { .studios(studio: id) } }
extension StudioCommand.Reopen { var nowClock: NowClock { .studios(studio: id) } }
extension TrainerCommand.Show { var nowClock: NowClock { .studios(trainer: handle) } }
extension TrainerCommand.Edit { var nowClock: NowClock { .studios(trainer: handle) } }
extension TrainerCommand.Retire { var nowClock: NowClock { .studios(trainer: handle) } }
extension TrainerCommand.Return { var nowClock: NowClock { .studios(trainer: handle) } }
extension TrainerCommand.Hours { var nowClock: NowClock { .studios(studio: studio, trainer: handle) } }
extension TrainerCommand.Away { var nowClock: NowClock { .studios(trainer: handle) } }
extension TrainerCommand.Cover { var nowClock: NowClock { .studios(trainer: handle) } }
extension RemindersCommand.Plan { var nowClock: NowClock { .studios(studio: until.studio) } }
extension RemindersCommand.Send { var nowClock: NowClock { .studios(studio: until.studio) } }

extension ClientCommand.List { var nowClock: NowClock { .desk } }
extension ClientCommand.Show { var nowClock: NowClock { .desk } }
extension JobsCommand.List { var nowClock: NowClock { .desk } }
extension JobsCommand.Show { var nowClock: NowClock { .desk } }
extension JobsCommand.Stats { var nowClock: NowClock { .desk } }
extension JobsCommand.ScheduleList { var nowClock: NowClock { .desk } }
extension RulesCommand.List { var nowClock: NowClock { .desk } }
extension RulesCommand.Show { var nowClock: NowClock { .desk } }
extension StatusCommand { var nowClock: NowClock { .desk } }
extension Doctor { var nowClock: NowClock { .desk } }
extension StudioCommand.List { var nowClock: NowClock { .desk } }
extension TrainerCommand.List { var nowClock: NowClock { .desk } }

extension ConfigCommand { var nowClock: NowClock { .any } }
extension LocalCommand.Start { var nowClock: NowClock { .any } }
extension LocalCommand.Stop { var nowClock: NowClock { .any } }
extension LocalCommand.ShowStatus { var nowClock: NowClock { .any } }
extension TemplatesCommand.Check { var nowClock: NowClock { .any } }
