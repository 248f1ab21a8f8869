-- All contacts of a client, in the form of claims: the present and the former ones, those of their booking requests,
-- and those that their sessions claim.
CREATE OR REPLACE FUNCTION person_contacts(p_client bigint) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT coalesce(array_agg(DISTINCT contact_key(contact) ORDER BY contact_key(contact)), '{}')
        FROM (
            SELECT unnest(client_contacts(state ->> 'email_key', state ->> 'phone'))
            FROM person_states(p_client) AS state
            UNION ALL
            SELECT unnest(named_contacts)
            FROM session
            WHERE client_id = p_client
            UNION ALL
            SELECT claim.contact
            FROM session
            JOIN free_session_claim AS claim ON claim.session_id = session.id
            WHERE session.client_id = p_client
        ) AS known (contact));
END
$$;
COMMENT ON FUNCTION person_contacts(bigint) IS 'All present and former contacts of a client, in the form of claims.';
