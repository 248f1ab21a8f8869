-- The data of an erased client that is kept as keyed hashes: the contacts, if a session has used or booked the free session, and
-- the blocked addresses. A person who missed all sessions has not used the free session.
CREATE OR REPLACE FUNCTION names_to_hash(p_client bigint) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT CASE
                   WHEN EXISTS (
                       SELECT
                       FROM session
                       WHERE client_id = p_client AND (status = 'attended' OR status = 'booked' AND NOT waived))
                   THEN person_contacts(p_client)
                   ELSE '{}'
               END
               || ARRAY(
                   SELECT DISTINCT 'blocked:' || channel || ':' || address
                   FROM suppression
                   WHERE address = ANY (own_addresses(p_client))));
END
$$;
COMMENT ON FUNCTION names_to_hash(bigint) IS
    'The contacts and blocked addresses of a client that are kept as keyed hashes.';
