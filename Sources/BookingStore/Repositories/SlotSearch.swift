public import Booking
public import FoundationEssentials
import Postgres

/// The conditions of a search for free slots at one or several studios.
public struct SlotSearch: Sendable {
    /// A period at a studio.
    public struct Window: Sendable {
        /// The studio.
        public let studio: Studio
        /// The earliest start.
        public let from: Date
        /// The latest start, exclusive.
        public let until: Date

        /// Creates a period.
        public init(studio: Studio, from: Date, until: Date) {
            self.studio = studio
            self.from = from
            self.until = until
        }
    }

    /// The studios, each with its period.
    public var windows: [Window]
    /// The trainer; `nil` means all trainers.
    public var trainer: Trainer.ID?
    /// The earliest local time of a start.
    public var after: LocalTime?
    /// The latest local time of a start, exclusive.
    public var before: LocalTime?
    /// The local days of the week; `nil` means all.
    public var weekdays: Set<Weekday>?

    /// Creates a search for all slots of the periods.
    public init(_ windows: [Window], trainer: Trainer.ID? = nil) {
        self.windows = windows
        self.trainer = trainer
    }

    /// Whether only some times of the periods are searched.
    public var isNarrowed: Bool { after != nil || before != nil || weekdays != nil }

    /// Returns the slots as a table: studio, start, trainer.
    fileprivate func slots(now: Date) -> SQL {
        let days = weekdays.map { $0.map { Int32($0.rawValue) }.sorted() } ?? []
        return """
            unnest(
                \(windows.map(\.studio.id.value))::integer[],
                \(windows.map(\.from))::timestamptz[],
                \(windows.map(\.until))::timestamptz[],
                \(windows.map(\.studio.clock.identifier))::text[]) AS place (studio_id, first, last, zone)
            CROSS JOIN LATERAL open_slots(place.studio_id, \(trainer?.value), place.first, place.last, \(now)) AS slot
            CROSS JOIN LATERAL (SELECT slot.starts_at AT TIME ZONE place.zone AS at) AS local
            WHERE (\(after?.description)::text IS NULL OR local.at::time >= \(after?.description)::text::time)
              AND (\(before?.description)::text IS NULL OR local.at::time < \(before?.description)::text::time)
              AND (\(days) = '{}'::integer[] OR extract(isodow FROM local.at)::integer = ANY (\(days)))
            """
    }
}

/// The free slots that a search found.
public struct FoundSlots: Sendable {
    /// The first slots, up to the limit, by start, handle and studio.
    public let slots: [Slot]
    /// The number of all slots.
    public let total: Int
    /// The start of the last of all slots, and its studio; `nil` without slots.
    public let last: (start: Date, studio: Session.Place)?
}

extension SlotRepository {
    /// Returns the free slots of a search.
    ///
    /// One statement returns the first slots and counts all: reading them takes almost all of its time.
    ///
    /// - Parameters:
    ///   - search: The conditions.
    ///   - now: The current time, to which notice and horizon refer.
    ///   - limit: The maximum number of slots.
    /// - Returns: The slots.
    /// - Throws: ``PostgresError``.
    public func open(_ search: SlotSearch, now: Date, limit: Int) async throws -> FoundSlots {
        let places = Dictionary(search.windows.map { ($0.studio.id, Session.Place($0.studio)) }) { first, _ in first }
        var (total, last): (Int, (start: Date, studio: Session.Place)?) = (0, nil)
        let slots = try await connection.query(
            """
            SELECT place.studio_id, slot.starts_at, slot.trainer_id, slot.handle, slot.name,
                   count(*) OVER (),
                   last_value(slot.starts_at) OVER whole,
                   last_value(place.studio_id) OVER whole
            FROM \(search.slots(now: now))
            WINDOW whole AS (
                ORDER BY slot.starts_at, slot.handle, place.studio_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
            ORDER BY slot.starts_at, slot.handle, place.studio_id
            LIMIT \(Int64(limit))
            """
        ).map { row in
            let studio = places[Studio.ID(try row.next())]
            let start = try row.next(Date.self)
            let trainer = Session.TrainerName(
                id: Trainer.ID(try row.next()), handle: try row.next(), name: try row.next())
            total = Int(try row.next(Int64.self))
            let lastStart = try row.next(Date.self)
            last = places[Studio.ID(try row.next())].map { (lastStart, $0) }
            return studio.map { Slot(startsAt: start, trainer: trainer, studio: $0) }
        }.compactMap(\.self)
        return FoundSlots(slots: slots, total: total, last: last)
    }
}
