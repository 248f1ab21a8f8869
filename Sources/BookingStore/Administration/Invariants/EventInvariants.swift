import FoundationEssentials
import Postgres

/// The invariants of the event log: the events of an object follow from each other and end with its row.
///
/// Retention removes the events of past sessions. A log that does not begin with the creation is therefore a violation
/// only for sessions to come. Of any other object, retention and erasure keep the last event.
extension InvariantQuery {
    /// Sessions whose events do not end with the row, and sessions to come without the event of their creation.
    static func sessionEvents(now: Date) -> InvariantQuery {
        InvariantQuery(
            """
            SELECT s.id, '\(differs)' AS problem
            FROM session AS s
            WHERE (
                SELECT e.after IS NULL OR jsonb_populate_record(s, e.after) IS DISTINCT FROM s
                \(lastEvent(of: "session", "s.id")))
            UNION ALL
            SELECT s.id, '\(noEvents)'
            FROM session AS s
            WHERE s.ends_at > \(now) AND \(hasNoEvent("session", "s.id"))
            UNION ALL
            SELECT s.id, 'no event of its creation'
            FROM session AS s
            WHERE s.ends_at > \(now)
              AND (
                  SELECT e.action
                  FROM event AS e
                  WHERE e.subject = 'session' AND e.subject_id = s.id
                  ORDER BY e.id
                  LIMIT 1) <> 'insert'
            """,
            example: "\(reference("s", orNumber: "v.id")) || ': ' || v.problem",
            joins: "LEFT JOIN session AS s ON s.id = v.id")
    }

    /// Clients without events, and clients whose events do not end with the row.
    ///
    /// The columns are compared one by one, because a reader may not read the whole row.
    static var clientEvents: InvariantQuery {
        let differences = clientColumns.map { "c.\($0) IS DISTINCT FROM e.after ->> '\($0)'" as SQL }
        return InvariantQuery(
            """
            SELECT c.id, '\(differs)' AS problem
            FROM client AS c
            WHERE (
                SELECT e.after IS NULL OR \(SQL.joined(differences, separator: " OR "))
                \(lastEvent(of: "client", "c.id")))
            UNION ALL
            SELECT c.id, '\(noEvents)'
            FROM client AS c
            WHERE \(hasNoEvent("client", "c.id"))
            """,
            example: "'client #' || v.id || ': ' || v.problem")
    }

    /// The columns of a client that people change and that are not computed from others.
    private static let clientColumns: [SQL] = [
        "name", "email", "email_key", "phone", "time_zone", "language", "source", "guardian",
    ]

    /// Rows of other tables that differ from their last event or have none, and rows that were removed without an event.
    static var otherEvents: InvariantQuery {
        let recorded: [SQL] = [
            "studio", "closure", "trainer", "hours_season", "time_off", "hold", "client_note", "suppression",
        ]
        // The first rows of these are inserted by migrations, which record no events.
        let seeded: [SQL] = ["reminder_rule", "contact_hours"]
        var checks = (recorded + seeded).map(changedRows)
        checks += recorded.map { rowsWithoutEvents(of: $0) }
        checks += [changedRows(of: "consent"), rowsWithoutEvents(of: "consent", except: isMigratedConsent)]
        checks.append(changedHours)
        return InvariantQuery(
            SQL.joined(checks, separator: "\nUNION ALL\n"), example: "v.place || ' #' || v.id || ': ' || v.problem")
    }

    /// A consent that step 9 inserted for a client from before it.
    private static let isMigratedConsent: SQL = """
        r.how = 'contact_given' AND r.at < (SELECT applied_at FROM schema_migration WHERE version = 9)
        """

    private static func rowsWithoutEvents(of table: SQL, except condition: SQL = "false") -> SQL {
        """
        SELECT r.id::bigint, '\(table)', '\(noEvents)'
        FROM \(table) AS r
        WHERE \(hasNoEvent(table, "r.id")) AND NOT (\(condition))
        """
    }

    private static func changedRows(of table: SQL) -> SQL {
        """
        SELECT last.subject_id AS id,
               '\(table)' AS place,
               CASE WHEN r.id IS NULL THEN 'the row does not exist' ELSE '\(differs)' END AS problem
        FROM (
            SELECT DISTINCT ON (subject_id) subject_id, after
            FROM event
            WHERE subject = '\(table)'
            ORDER BY subject_id, event.id DESC
        ) AS last
        LEFT JOIN \(table) AS r ON r.id = last.subject_id
        WHERE CASE
            WHEN r.id IS NULL THEN last.after IS NOT NULL
            ELSE last.after IS NULL OR jsonb_populate_record(r, last.after) IS DISTINCT FROM r
        END
        """
    }

    /// Sets of weekly hours that differ from the sum of their events; hours have no number of their own.
    private static let changedHours: SQL = """
        SELECT DISTINCT season_id, 'hours_season', 'its weekly hours differ from their events'
        FROM (
            SELECT season_id, weekday, opens, closes, 1 AS count
            FROM hours
            UNION ALL
            SELECT e.subject_id, hours.weekday, hours.opens, hours.closes, change.count
            FROM event AS e,
                 LATERAL (VALUES (e.before, 1), (e.after, -1)) AS change (row, count),
                 LATERAL jsonb_populate_record(NULL::hours, change.row) AS hours
            WHERE e.subject = 'hours' AND change.row IS NOT NULL
        ) AS stretch
        GROUP BY season_id, weekday, opens, closes
        HAVING sum(count) <> 0
        """

    private static let differs: SQL = "the row differs from its last event"

    private static let noEvents: SQL = "no events"

    /// The condition for an object without events.
    private static func hasNoEvent(_ subject: SQL, _ id: SQL) -> SQL {
        "NOT EXISTS (SELECT FROM event AS e WHERE e.subject = '\(subject)' AND e.subject_id = \(id))"
    }

    /// The last event `e` of an object.
    private static func lastEvent(of subject: SQL, _ id: SQL) -> SQL {
        """
        FROM event AS e
        WHERE e.subject = '\(subject)' AND e.subject_id = \(id)
        ORDER BY e.id DESC
        LIMIT 1
        """
    }

    /// Events of sessions and clients that do not follow from the one before, and events of rows that do not exist.
    static var eventOrder: InvariantQuery {
        InvariantQuery(
            "\(brokenLogs(of: "session")) UNION ALL \(brokenLogs(of: "client"))",
            example: """
                CASE WHEN v.subject = 'session' THEN \(reference("s", orNumber: "v.id")) ELSE 'client #' || v.id END
                    || ': ' || v.problem
                """,
            joins: "LEFT JOIN session AS s ON v.subject = 'session' AND s.id = v.id")
    }

    /// Logs in which a row changes between two events, and logs of rows that do not exist.
    ///
    /// Rows that differ as JSON can be equal: an instant is written in the time zone of its writer, and a column that was
    /// added later is missing in older events.
    private static func brokenLogs(of table: SQL) -> SQL {
        """
        SELECT later.subject_id AS id, '\(table)' AS subject,
               'event #' || later.id || ' does not follow from the one before' AS problem
        FROM event AS later
        WHERE later.subject = '\(table)'
          AND later.action <> 'insert'
          AND (
              SELECT CASE
                  WHEN later.before = e.after THEN false
                  WHEN e.after IS NULL THEN true
                  ELSE (
                      SELECT jsonb_populate_record(state.row, e.after) IS DISTINCT FROM state.row
                      FROM (SELECT jsonb_populate_record(NULL::\(table), later.before) AS row) AS state)
              END
              \(lastEvent(of: table, "later.subject_id AND e.id < later.id")))
        UNION ALL
        SELECT subject_id, '\(table)', 'the row does not exist'
        FROM (
            SELECT DISTINCT e.subject_id
            FROM event AS e
            WHERE e.subject = '\(table)' AND NOT EXISTS (SELECT FROM \(table) AS r WHERE r.id = e.subject_id)
        ) AS gone
        WHERE (SELECT e.after IS NOT NULL \(lastEvent(of: table, "gone.subject_id")))
        """
    }
}
