import FoundationEssentials
import Postgres

/// The invariants of slots.
extension InvariantQuery {
    /// The owner of a time that can have one session at once.
    enum Owner {
        case trainer, station, client

        /// The columns that identify the owner.
        fileprivate var key: SQL {
            switch self {
            case .trainer: "trainer_id"
            case .station: "studio_id, station"
            case .client: "client_id"
            }
        }

        /// The time of a session that no other one of the owner may overlap.
        fileprivate func time(of session: SQL) -> SQL {
            switch self {
            case .trainer, .station: "\(session).occupied"
            case .client: "tstzrange(\(session).starts_at, \(session).ends_at)"
            }
        }

        fileprivate func isSame(_ one: SQL, _ other: SQL) -> SQL {
            switch self {
            case .trainer: "\(one).trainer_id = \(other).trainer_id"
            case .station: "\(one).studio_id = \(other).studio_id AND \(one).station = \(other).station"
            case .client: "\(one).client_id = \(other).client_id"
            }
        }
    }

    /// Sessions that begin before an earlier one of the same trainer, station or client has ended.
    static func overlap(of owner: Owner) -> InvariantQuery {
        InvariantQuery(
            """
            SELECT id
            FROM (
                SELECT s.id, lower(\(owner.time(of: "s"))) AS start, max(upper(\(owner.time(of: "s")))) OVER earlier AS until
                FROM session AS s
                WHERE s.status IN \(holdingStatuses)
                WINDOW earlier AS (
                    PARTITION BY \(owner.key)
                    ORDER BY lower(\(owner.time(of: "s"))), s.id
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
            ) AS s
            WHERE until > start
            """,
            example: "\(reference("s", orNumber: "v.id")) || ' and ' || \(reference("other", orNumber: "other.id"))",
            joins: """
                JOIN session AS s ON s.id = v.id
                CROSS JOIN LATERAL (
                    SELECT other.id, other.reference
                    FROM session AS other
                    WHERE \(owner.isSame("other", "s"))
                      AND other.id <> s.id
                      AND other.status IN \(holdingStatuses)
                      AND \(owner.time(of: "other")) && \(owner.time(of: "s"))
                    ORDER BY other.id
                    LIMIT 1
                ) AS other
                """)
    }

    /// Sessions in a slot that is held for someone else.
    ///
    /// A booking at a simulated time after the expiry is accepted, as the trigger `refuse_held_slot` explains.
    static func holdOverlap(now: Date) -> InvariantQuery {
        let conflict: SQL = """
            hold.status = 'held'
              AND hold.expires_at > greatest(now(), \(now), s.arranged_at)
              AND s.occupied && hold.occupied
              AND s.status IN \(holdingStatuses)
              AND hold.session_id IS DISTINCT FROM s.id
            """
        return InvariantQuery(
            """
            SELECT s.id, hold.key
            FROM hold
            JOIN session AS s ON s.trainer_id = hold.trainer_id
            WHERE \(conflict)
            UNION
            SELECT s.id, hold.key
            FROM hold
            JOIN session AS s ON s.studio_id = hold.studio_id AND s.station = hold.station
            WHERE \(conflict)
            """,
            example: "\(reference("s", orNumber: "v.id")) || ' and hold ' || left(v.key, 4) || '-' || right(v.key, 4)",
            joins: "JOIN session AS s ON s.id = v.id")
    }

    /// Sessions to come on a station that the studio does not have.
    static func stationMissing(now: Date) -> InvariantQuery {
        InvariantQuery(
            """
            SELECT s.id
            FROM session AS s
            JOIN studio ON studio.id = s.studio_id
            WHERE s.status = 'booked' AND s.ends_at > \(now) AND s.station > studio.stations
            """,
            example: "\(reference("s", orNumber: "v.id")) || ': station ' || s.station || ' of ' || studio.stations",
            joins: "JOIN session AS s ON s.id = v.id JOIN studio ON studio.id = s.studio_id")
    }

    /// Sessions whose occupied time does not begin with the session or does not cover it.
    static var occupiedTime: InvariantQuery {
        InvariantQuery(
            """
            SELECT id
            FROM session
            WHERE (lower(occupied) = starts_at
                   AND upper(occupied) >= ends_at
                   AND lower_inc(occupied)
                   AND NOT upper_inc(occupied)
                   AND starts_at < ends_at) IS NOT TRUE
            """,
            example: "\(reference("s", orNumber: "v.id")) || ': ' || s.occupied",
            joins: "JOIN session AS s ON s.id = v.id")
    }
}
