-- The start at which a trainer expects a session that has just changed; NULL if the trainer does not know of the
-- session. p_former_trainer and p_former_start are those of the session before the change.
--
-- If the last notice was superseded before it was sent, the trainer still expects the start before that notice, unless a
-- daily schedule was sent since.
CREATE OR REPLACE FUNCTION known_start(
    p_session bigint, p_trainer integer, p_former_trainer integer, p_former_start timestamptz
) RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_notice message;
BEGIN
    SELECT * INTO v_notice
    FROM message AS m
    WHERE m.session_id = p_session AND m.trainer_id = p_trainer
    ORDER BY m.id DESC
    LIMIT 1;
    IF v_notice.status = 'skipped' AND v_notice.attempts = 0
        AND v_notice.reason IN ('rescheduled', 'cancelled', 'corrected')
        AND NOT EXISTS (
            SELECT FROM message AS digest
            WHERE digest.trainer_id = p_trainer
              AND digest.day BETWEEN p_former_start::date - 1 AND p_former_start::date + 1
              AND digest.attempted_at > v_notice.due_at)
    THEN
        RETURN v_notice.former_start;
    END IF;
    RETURN CASE WHEN p_trainer = p_former_trainer THEN p_former_start END;
END
$$;
COMMENT ON FUNCTION known_start(bigint, integer, integer, timestamptz) IS
    'The start at which a trainer expects a session that has just changed; NULL if the trainer does not know of it.';
