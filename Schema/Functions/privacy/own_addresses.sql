-- The addresses and numbers, in lower case, that a client has or had and that no other client has.
CREATE OR REPLACE FUNCTION own_addresses(p_client bigint) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        WITH known AS (
            SELECT lower(state ->> 'email') AS address, state ->> 'email_key' AS key
            FROM person_states(p_client) AS state
            UNION
            SELECT state ->> 'email_key', state ->> 'email_key'
            FROM person_states(p_client) AS state
            UNION
            SELECT state ->> 'phone', phone_match_key(state ->> 'phone')
            FROM person_states(p_client) AS state
            UNION
            SELECT substr(contact, 7), substr(contact_key(contact), 7)
            FROM session, unnest(named_contacts || ARRAY(
                SELECT claim.contact FROM free_session_claim AS claim WHERE claim.session_id = session.id)) AS contact
            WHERE client_id = p_client
        )
        SELECT coalesce(array_agg(DISTINCT address), '{}')
        FROM known
        WHERE address IS NOT NULL
          AND NOT EXISTS (SELECT FROM client AS other WHERE other.email_key = known.key AND other.id <> p_client)
          AND NOT EXISTS (SELECT FROM client AS other WHERE other.phone_key = known.key AND other.id <> p_client));
END
$$;
COMMENT ON FUNCTION own_addresses(bigint) IS
    'The addresses and numbers, in lower case, that a client has or had and that no other client has.';
