-- Deletes texts and mail received before a time, oldest first, with their events. Those that staff still have to handle
-- stay: a possible opt-out, for example, holds messages back until it is reviewed.
--
-- search_path is that of `setup`: this schema, then pg_temp, so that no temporary table takes precedence. The schema
-- need not be public, so the path cannot be written here.
CREATE OR REPLACE FUNCTION prune_inbound(p_before timestamptz, p_limit integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_texts bigint[];
    v_mails bigint[];
BEGIN
    -- Only superusers may write such a setting into the definition of a function.
    PERFORM set_config('intro.event_change', 'retention', true);
    WITH removed AS (
        DELETE FROM inbound_text
        WHERE id = ANY (ARRAY(
            SELECT id
            FROM inbound_text
            WHERE received_at < p_before AND done_at IS NOT NULL
            ORDER BY id
            LIMIT p_limit
            FOR UPDATE SKIP LOCKED))
        RETURNING id
    )
    SELECT array_agg(id) INTO v_texts FROM removed;
    WITH removed AS (
        DELETE FROM inbound_mail
        WHERE id = ANY (ARRAY(
            SELECT id
            FROM inbound_mail
            WHERE received_at < p_before AND done_at IS NOT NULL
            ORDER BY id
            LIMIT p_limit
            FOR UPDATE SKIP LOCKED))
        RETURNING id
    )
    SELECT array_agg(id) INTO v_mails FROM removed;
    DELETE FROM event AS e
    WHERE e.subject = 'inbound_text' AND e.subject_id = ANY (v_texts)
       OR e.subject = 'inbound_mail' AND e.subject_id = ANY (v_mails);
    PERFORM set_config('intro.event_change', '', true);
    RETURN coalesce(cardinality(v_texts), 0) + coalesce(cardinality(v_mails), 0);
END
$$;
COMMENT ON FUNCTION prune_inbound(timestamptz, integer) IS
    'Deletes one batch of old texts and mail, and returns their number.';
