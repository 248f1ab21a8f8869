public import Booking
public import FoundationEssentials
import Postgres

/// Queries for the earlier sessions that decide whether a person is eligible for a free session.
extension SessionRepository {
    /// Returns all sessions under any of the contacts, except cancelled ones.
    ///
    /// A contact that the client no longer has is found by its claim. The subqueries hide the values from the planner.
    /// Otherwise the custom plan would have a slightly lower estimated cost than the generic plan, and each execution
    /// would be planned again.
    public func priorSessions(of contacts: Contacts, now: Date) async throws -> [Eligibility.PriorSession] {
        try await sendPriorSessions(of: contacts, now: now).value()
    }

    /// Reads the earlier sessions of a person, together with the next statement.
    func sendPriorSessions(of contacts: Contacts, now: Date) async -> Pending<[Eligibility.PriorSession]> {
        await connection.send(
            """
            WITH given AS MATERIALIZED (
                SELECT \(contacts.emailKeys.sorted())::text[] AS emails,
                       ARRAY(
                           SELECT phone_match_key(phone) FROM unnest(\(contacts.phones.sorted())::text[]) AS phone
                       ) AS phones,
                       ARRAY(SELECT contact_key(contact) FROM unnest(\(contacts.keys)::text[]) AS contact) AS keys
            )
            SELECT s.reference, s.status, s.starts_at, st.time_zone, st.region, t.name, s.waived, s.ends_at <= \(now), c.id, c.name,
                   ARRAY(
                       SELECT contact
                       FROM unnest((SELECT keys FROM given)) AS contact
                       WHERE contact = ANY (client_contacts(c.email_key, c.phone))
                          OR contact IN (SELECT contact_key(named) FROM unnest(s.named_contacts) AS named)
                          OR EXISTS (
                              SELECT FROM free_session_claim AS claim
                              WHERE claim.contact = contact.contact AND claim.session_id = s.id))
            FROM (
                SELECT session.id
                FROM client
                JOIN session ON session.client_id = client.id
                WHERE client.email_key = ANY((SELECT emails FROM given)::text[])
                   OR client.phone_key = ANY((SELECT phones FROM given)::text[])
                UNION
                SELECT session_id
                FROM free_session_claim
                WHERE contact = ANY((SELECT keys FROM given)::text[])
            ) AS visit
            JOIN session AS s ON s.id = visit.id
            JOIN client AS c ON c.id = s.client_id
            JOIN trainer AS t ON t.id = s.trainer_id
            JOIN studio AS st ON st.id = s.studio_id
            WHERE s.status <> 'cancelled'
            ORDER BY s.starts_at
            """
        ).map { try $0.map(Self.priorSession) }
    }

    private static func priorSession(_ row: inout Row) throws -> Eligibility.PriorSession {
        let (reference, status) = (try Reference(row.next()), try row.nextCode() as Session.Status)
        let (start, clock) = (try row.next(Date.self), try StudioClocks.clock(&row))
        return Eligibility.PriorSession(
            reference: reference, status: status, startsAt: start, clock: clock,
            trainerName: try row.next(), waived: try row.next(), isOver: try row.next(),
            owner: Client.ID(try row.next()), ownerName: try row.next(), shared: try row.next())
    }
}
