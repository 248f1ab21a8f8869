-- The present and the former rows of a client, from the table and from the event log.
CREATE OR REPLACE FUNCTION person_states(p_client bigint) RETURNS SETOF jsonb
LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(client) FROM client WHERE id = p_client
    UNION
    SELECT state
    FROM event, unnest(ARRAY[before, after]) AS state
    WHERE subject = 'client' AND subject_id = p_client AND state IS NOT NULL
$$;
COMMENT ON FUNCTION person_states(bigint) IS 'The present and the former rows of a client, as JSON.';
