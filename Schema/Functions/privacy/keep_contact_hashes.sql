-- Keeps the used or booked free session of a client, and the blocked addresses, as keyed hashes. Called by erase_client
-- only: no role may call it.
CREATE OR REPLACE FUNCTION keep_contact_hashes(p_client bigint, p_hashed jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    -- A contact was added, or an address blocked, after the caller computed the hashes.
    IF NOT p_hashed ?& names_to_hash(p_client) THEN
        RAISE EXCEPTION 'the contacts of the client have changed' USING ERRCODE = 'serialization_failure';
    END IF;
    INSERT INTO forgotten_contact (digest, session_id)
    SELECT decode(p_hashed ->> contact, 'hex'), session.id
    FROM session, unnest(names_to_hash(p_client)) AS contact
    WHERE client_id = p_client
      AND (status = 'attended' OR status = 'booked' AND NOT waived)
      AND contact NOT LIKE 'blocked:%'
    ON CONFLICT DO NOTHING;
    INSERT INTO forgotten_suppression (digest, channel, reason, at)
    SELECT decode(p_hashed ->> ('blocked:' || channel || ':' || address), 'hex'), channel, reason, at
    FROM suppression
    WHERE address = ANY (own_addresses(p_client))
    ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION keep_contact_hashes(bigint, jsonb) IS
    'Keeps the free session and the blocked addresses of a client as keyed hashes; part of erase_client.';
