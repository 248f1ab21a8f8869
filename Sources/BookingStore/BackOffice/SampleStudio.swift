import Booking
import FoundationEssentials
public import Postgres

/// A studio to try things with: three trainers, six days a week.
public enum SampleStudio {
    private static let trainers = [
        ("maria", "Maria Lopez", "mon-fri 07:00-12:00 13:00-19:00; sat 08:00-12:00"),
        ("james", "James Carter", "mon-fri 09:00-13:00 14:00-20:00"),
        ("aiko", "Aiko Tanaka", "tue-thu 06:00-14:00; sat,sun 08:00-14:00"),
    ]

    /// Opens the studio, unless there is one of its id.
    ///
    /// - Parameters:
    ///   - office: Who writes it down.
    ///   - database: Where to look for it.
    /// - Returns: Whether it was opened just now.
    /// - Throws: ``PostgresError``.
    public static func load(into office: BackOffice, _ database: Database) async throws -> Bool {
        let handle = try Handle("downtown")
        let studios = try await database.withConnection { try await StudioRepository($0).all() }
        guard !studios.contains(where: { $0.handle == handle }) else { return false }
        let region = try Region("US")
        var studio = StudioDetails(
            name: try PersonName("Downtown Strength"), clock: try StudioClock(timeZone: "America/Los_Angeles"),
            region: region)
        studio.offer.stations = 2
        studio.address = "500 S Hope St, Los Angeles, CA 90071"
        studio.phone = try PhoneNumber("(213) 555-0100", region: region)
        studio.email = try EmailAddress("downtown@example.com")
        _ = try await office.add(studio, as: handle)
        for (id, name, hours) in trainers {
            _ = try await office.add(
                TrainerDetails(name: try PersonName(name), homeStudio: handle), as: try Handle(id))
            try await office.set(
                try WeeklyHours(parsing: hours), of: try Handle(id), at: nil, from: nil, until: nil, now: .now)
        }
        return true
    }
}
