public import Postgres

/// The invariants of sessions, of the free session of a person, of the event log, and of references between tables.
public enum BookingInvariant: String, CaseIterable, Sendable {
    /// A trainer has one session at a time, with the turnaround after it.
    case trainerOverlap = "trainer_overlap"
    /// A station has one session at a time.
    case stationOverlap = "station_overlap"
    /// A client has one session at a time.
    case clientOverlap = "client_overlap"
    /// A held slot has no session of another caller.
    case holdOverlap = "hold_overlap"
    /// A person has one free session that is booked or was attended.
    case freeSessionTwice = "free_session_twice"
    /// Each contact of a client with a free session has a claim.
    case claimMissing = "claim_missing"
    /// Each claim belongs to a free session of the person with this contact.
    case claimSuperfluous = "claim_superfluous"
    /// A session to come has a station that its studio has.
    case stationMissing = "station_missing"
    /// The occupied time begins with the session and covers it.
    case occupiedTime = "occupied_time"
    /// The events of a session end with the row.
    case sessionEvents = "session_events"
    /// The events of a client end with the row.
    case clientEvents = "client_events"
    /// The events of a session or client follow from each other.
    case eventOrder = "event_order"
    /// The events of studios, closures, trainers, their hours and absences, holds, notes, rules, contact hours, consents
    /// and suppressions end with the row.
    case otherEvents = "other_events"
    /// Each row that another row refers to exists.
    case orphans = "orphans"
    /// A leased job belongs to a recorded runner.
    case jobLease = "job_lease"

    /// Counts the violations, and describes the first ones.
    ///
    /// - Parameters:
    ///   - connection: The connection, in the transaction whose snapshot is checked.
    ///   - context: The time and the schema.
    /// - Returns: The violations.
    /// - Throws: ``PostgresError``.
    public func result(on connection: isolated Connection, in context: InvariantContext) async throws -> InvariantResult
    {
        try await query(in: context).result(on: connection)
    }

    private func query(in context: InvariantContext) -> InvariantQuery {
        switch self {
        case .trainerOverlap: .overlap(of: .trainer)
        case .stationOverlap: .overlap(of: .station)
        case .clientOverlap: .overlap(of: .client)
        case .holdOverlap: .holdOverlap(now: context.now)
        case .freeSessionTwice: .freeSessionTwice
        case .claimMissing: .claimMissing
        case .claimSuperfluous: .claimSuperfluous
        case .stationMissing: .stationMissing(now: context.now)
        case .occupiedTime: .occupiedTime
        case .sessionEvents: .sessionEvents(now: context.now)
        case .clientEvents: .clientEvents
        case .eventOrder: .eventOrder
        case .otherEvents: .otherEvents
        case .orphans: .orphans(context.references)
        case .jobLease: .jobLease
        }
    }
}
