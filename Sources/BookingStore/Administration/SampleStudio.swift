import Booking
import FoundationEssentials
public import Postgres

/// A sample studio with three trainers.
public enum SampleStudio {
    private static let trainers = [
        ("maria", "Maria Lopez", "mon-fri 07:00-12:00 13:00-19:00; sat 08:00-12:00"),
        ("james", "James Carter", "mon-fri 09:00-13:00 14:00-20:00"),
        ("aiko", "Aiko Tanaka", "tue-thu 06:00-14:00; sat,sun 08:00-14:00"),
    ]

    /// Creates the sample studio, unless a studio with its handle exists.
    ///
    /// The studio is created in one transaction, and only once if two callers do it at the same time.
    ///
    /// - Parameters:
    ///   - administration: The administration, whose actor is logged.
    ///   - database: The database.
    /// - Returns: Whether the studio was created.
    /// - Throws: ``PostgresError``, or ``Refusal`` if the handle of one of its trainers is in use.
    public static func load(into administration: Administration, _ database: Database) async throws -> Bool {
        let handle = try Handle("downtown")
        return try await ConstraintRefusal.translating {
            try await database.transaction { connection in
                var locks = BookingLocks(actor: administration.actor)
                locks.locks.append("sample studio")
                await locks.begin(on: connection)
                let studios = StudioRepository(connection)
                guard try await !studios.all().contains(where: { $0.handle == handle }) else { return false }
                try await studios.insert(try details, handle: handle)
                let studio = try await studios.named(handle)
                for (id, name, hours) in trainers {
                    try await engage(
                        TrainerDetails(name: try PersonName(name), homeStudio: handle), as: try Handle(id),
                        at: studio, hours: try WeeklyHours(parsing: hours), on: connection)
                }
                return true
            }
        }
    }

    private static var details: StudioDetails {
        get throws {
            let region = try Region("US")
            var studio = StudioDetails(
                name: try PersonName("Downtown Strength"), clock: try StudioClock(timeZone: "America/Los_Angeles"),
                region: region)
            studio.offer.stations = 2
            studio.address = "500 S Hope St, Los Angeles, CA 90071"
            studio.phone = try PhoneNumber("(213) 555-0100", region: region)
            studio.email = try EmailAddress("downtown@example.com")
            return studio
        }
    }

    private static func engage(
        _ details: TrainerDetails, as handle: Handle, at studio: Studio, hours: WeeklyHours, on connection: Connection
    ) async throws {
        try await TrainerRepository(connection).insert(details, handle: handle)
        let trainer = try await TrainerRepository(connection).named(handle)
        try await HoursRepository(connection).set(
            hours, of: trainer.id, at: studio.id, from: nil, until: nil, today: studio.clock.date(of: .now))
    }
}
