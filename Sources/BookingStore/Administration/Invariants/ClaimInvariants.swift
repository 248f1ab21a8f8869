import Postgres

/// The invariants of the free session of a person: claims follow from the statuses of sessions.
extension InvariantQuery {
    /// The condition of a session `s` that is the free session of its client.
    private static let isFreeSession: SQL = "s.status IN \(holdingStatuses) AND NOT s.waived"

    /// Pairs of free sessions of one person, by a contact or by the client.
    static var freeSessionTwice: InvariantQuery {
        InvariantQuery(
            """
            SELECT min(session_id) AS id, max(session_id) AS other
            FROM free_session_claim
            GROUP BY contact
            HAVING count(*) > 1
            UNION
            SELECT min(s.id), max(s.id)
            FROM session AS s
            WHERE \(isFreeSession)
            GROUP BY s.client_id
            HAVING count(*) > 1
            """,
            example: "\(reference("s", orNumber: "v.id")) || ' and ' || \(reference("other", orNumber: "v.other"))",
            joins: """
                LEFT JOIN session AS s ON s.id = v.id
                LEFT JOIN session AS other ON other.id = v.other
                """)
    }

    /// Contacts of clients with a free session that no session claims.
    ///
    /// A contact that was added to a client later may be claimed by the session of another client.
    static var claimMissing: InvariantQuery {
        InvariantQuery(
            """
            SELECT s.id
            FROM session AS s
            JOIN client AS c ON c.id = s.client_id
            WHERE \(isFreeSession)
              AND c.email_key IS NOT NULL
              AND NOT EXISTS (SELECT FROM free_session_claim AS claim WHERE claim.contact = 'email:' || c.email_key)
            UNION ALL
            SELECT s.id
            FROM session AS s
            JOIN client AS c ON c.id = s.client_id
            WHERE \(isFreeSession)
              AND c.phone_key IS NOT NULL
              AND NOT EXISTS (SELECT FROM free_session_claim AS claim WHERE claim.contact = 'phone:' || c.phone_key)
            UNION ALL
            SELECT s.id
            FROM session AS s
            CROSS JOIN LATERAL unnest(s.named_contacts) AS named (contact)
            WHERE \(isFreeSession)
              AND s.named_contacts <> '{}'
              AND NOT EXISTS (
                  SELECT FROM free_session_claim AS claim WHERE claim.contact = contact_key(named.contact))
              AND contact_key(named.contact) <> ALL (
                  SELECT unnest(client_contacts(c.email_key, c.phone)) FROM client AS c WHERE c.id = s.client_id)
            """,
            example: "\(reference("s", orNumber: "v.id")) || ' of client #' || s.client_id",
            joins: "JOIN session AS s ON s.id = v.id")
    }

    /// Claims of a session that is not a free session, or of a contact that its client never had.
    ///
    /// A claim remains after the client's contact was changed: the event log has the former contacts.
    static var claimSuperfluous: InvariantQuery {
        InvariantQuery(
            """
            -- Materialized: the event log is searched for these claims only.
            WITH foreign_claim AS MATERIALIZED (
                SELECT s.id, s.client_id, claim.contact
                FROM free_session_claim AS claim
                JOIN session AS s ON s.id = claim.session_id
                LEFT JOIN client AS c ON c.id = s.client_id
                WHERE claim.contact IS DISTINCT FROM 'email:' || c.email_key
                  AND claim.contact IS DISTINCT FROM 'phone:' || c.phone_key
                  AND (claim.contact LIKE 'email:%' OR claim.contact LIKE 'phone:%')
                  AND (s.named_contacts = '{}'
                       OR claim.contact <> ALL (
                           SELECT contact_key(named.contact) FROM unnest(s.named_contacts) AS named (contact)))
            )
            SELECT s.id
            FROM free_session_claim AS claim
            JOIN session AS s ON s.id = claim.session_id
            WHERE NOT (\(isFreeSession))
            UNION
            SELECT claim.id
            FROM foreign_claim AS claim
            -- Without the event of its creation, the client's former contacts are not known.
            WHERE (
                SELECT bool_or(e.action = 'insert')
                    AND NOT bool_or(
                        claim.contact = ANY (client_contacts(e.after ->> 'email_key', e.after ->> 'phone')))
                FROM event AS e
                WHERE e.subject = 'client' AND e.subject_id = claim.client_id)
            """,
            example: "\(reference("s", orNumber: "v.id")) || ', ' || s.status",
            joins: "JOIN session AS s ON s.id = v.id")
    }
}
