-- Adds messages to the ledger: the only statement that does. Returns how many were added. messages_to_queue describes
-- the causes; for an event, p_until is the time until which the messages wait for further changes.
CREATE OR REPLACE FUNCTION queue_messages(
    p_cause text, p_session bigint DEFAULT NULL, p_rule text DEFAULT NULL, p_until timestamptz DEFAULT NULL,
    p_now timestamptz DEFAULT NULL, p_former_trainer integer DEFAULT NULL, p_former_start timestamptz DEFAULT NULL,
    p_former_studio integer DEFAULT NULL, p_copied bigint[] DEFAULT NULL, p_copy_reason text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_queued bigint;
BEGIN
    INSERT INTO message (
        session_id, trainer_id, day, studio_id, rule, channel, audience, revision, status, reason, due_at, wait_until,
        former_start, copy, copy_reason)
    SELECT new.session_id, new.trainer_id, new.day, new.studio_id, new.rule, new.channel, new.audience, new.revision,
           new.status, new.reason, new.due_at, new.wait_until, new.former_start, new.copy, new.copy_reason
    FROM messages_to_queue(
        p_cause, p_session, p_rule, p_until, p_now, p_former_trainer, p_former_start, p_former_studio, p_copied,
        p_copy_reason) AS new
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_queued = ROW_COUNT;
    RETURN v_queued;
END
$$;
COMMENT ON FUNCTION queue_messages(
    text, bigint, text, timestamptz, timestamptz, integer, timestamptz, integer, bigint[], text) IS
    'Adds the messages of a cause to the ledger.';
