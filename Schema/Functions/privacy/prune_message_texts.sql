-- Removes the copies of the texts and the servers' replies of messages that were due before a time, oldest first, also
-- from the events of the messages. The rows of the ledger remain.
--
-- search_path is that of `setup`: this schema, then pg_temp, so that no temporary table takes precedence. The schema
-- need not be public, so the path cannot be written here.
CREATE OR REPLACE FUNCTION prune_message_texts(p_before timestamptz, p_limit integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_ids bigint[];
BEGIN
    -- Only superusers may write such a setting into the definition of a function.
    PERFORM set_config('intro.event_change', 'retention', true);
    WITH old AS (
        SELECT id
        FROM message
        WHERE coalesce(body, subject, reply) IS NOT NULL
          AND due_at < p_before
          AND status NOT IN ('queued', 'attempting')
        ORDER BY due_at, id
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    ),
    changed AS (
        UPDATE message
        SET body = NULL, subject = NULL, reply = NULL
        FROM old
        WHERE message.id = old.id
        RETURNING message.id
    )
    SELECT array_agg(id) INTO v_ids FROM changed;
    UPDATE event AS e
    SET before = erased_document(e.before, '{"body": null, "subject": null, "reply": null}'),
        after = erased_document(e.after, '{"body": null, "subject": null, "reply": null}')
    WHERE e.subject = 'message' AND e.subject_id = ANY (v_ids);
    PERFORM set_config('intro.event_change', '', true);
    RETURN coalesce(cardinality(v_ids), 0);
END
$$;
COMMENT ON FUNCTION prune_message_texts(timestamptz, integer) IS
    'Removes the texts of one batch of old messages, and returns their number.';
