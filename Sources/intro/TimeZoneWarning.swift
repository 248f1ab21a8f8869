import BookingStore
import FoundationEssentials
import Postgres

extension Intro {
    /// Compares PostgreSQL's time zone rules with this binary's.
    ///
    /// - Parameter database: Where the studios' zones are.
    /// - Returns: A sentence for each zone in which they differ within two years.
    /// - Throws: `PostgresError`.
    func timeZoneWarnings(in database: Database) async throws -> [String] {
        try await database.withConnection { [now] connection in
            try await TimeZoneComparison.differences(on: connection, now: now)
        }.map(\.sentence)
    }

    /// Warns on standard error where the rules differ.
    ///
    /// - Parameter database: Where the studios' zones are.
    /// - Throws: `PostgresError`.
    func warnOfTimeZones(in database: Database) async throws {
        for warning in try await timeZoneWarnings(in: database) {
            console.note("warning: \(warning); \(Failure.timeZoneHint)")
        }
    }
}

extension Failure {
    /// What to do where time zone rules differ.
    static let timeZoneHint = "update tzdata on the database server, and install the current intro"

    /// Reports time zones in which the database and this binary disagree.
    init(timeZones warnings: [String]) {
        self = .misconfigured(
            "the database and this intro know different time zone rules", because: warnings.joined(separator: "; "),
            hint: Self.timeZoneHint)
        code = "time_zones"
    }
}

extension TimeZoneDifference {
    /// The difference in words.
    fileprivate var sentence: String {
        let day = from.formatted(.iso8601.year().month().day())
        return "\(zone): from \(day) on, the database's clock is at \(Self.text(databaseOffset)), "
            + "and this intro's at \(Self.text(binaryOffset))"
    }

    private static func text(_ offset: Int) -> String {
        let minutes = abs(offset) / 60
        let pair = [minutes / 60, minutes % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return (offset < 0 ? "-" : "+") + pair.joined(separator: ":")
    }
}
