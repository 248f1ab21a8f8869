-- Adds the messages of one session to the ledger, or the reminders before the start of all sessions that are due by
-- p_until. Returns how many were added. One session and a whole batch need different plans, and so are two statements:
-- a forced plan would also apply to the foreign key checks of every row. A rule sends its message for a session once,
-- also if the rule has changed since.
CREATE OR REPLACE FUNCTION plan_messages(p_session bigint, p_until timestamptz, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql SET jit = off AS $$
DECLARE
    v_planned bigint;
    v_quiet_email interval;
    v_quiet_sms interval;
BEGIN
    IF p_session IS NULL THEN
        v_quiet_email := longest_quiet_hours('email');
        v_quiet_sms := longest_quiet_hours('sms');
        INSERT INTO message (session_id, studio_id, rule, channel, audience, revision, status, reason, due_at)
        SELECT session_id, studio_id, rule, channel, audience, revision, status, reason, due_at
        FROM planned_messages() AS planned
        WHERE anchor = 'start'
          AND is_reachable
          AND starts_at > p_now
          -- These bounds limit the scan to sessions whose reminder can be due, for three days at most: later ones are
          -- planned later, and older ones were planned at booking or are not sent any more.
          AND starts_at <= p_until + ahead + CASE channel WHEN 'sms' THEN v_quiet_sms ELSE v_quiet_email END
          AND starts_at > p_now + ahead - interval '98 hours'
          AND due_at <= p_until
          AND due_at > p_now - interval '3 days'
          -- OFFSET 0 keeps this an index lookup for each message: a join would read all upcoming sessions.
          AND NOT EXISTS (
              SELECT FROM message AS m
              WHERE m.session_id = planned.session_id
                AND m.rule = planned.rule
                AND m.revision = planned.revision
              OFFSET 0)
        ON CONFLICT ON CONSTRAINT message_once DO NOTHING;
    ELSE
        INSERT INTO message (session_id, studio_id, rule, channel, audience, revision, status, reason, due_at)
        SELECT session_id, studio_id, rule, channel, audience, revision, status, reason, due_at
        FROM planned_messages() AS planned
        WHERE session_id = p_session
          AND is_reachable
          -- By any channel.
          AND NOT EXISTS (
              SELECT FROM message AS m
              WHERE m.session_id = planned.session_id
                AND m.rule = planned.rule
                AND m.revision = planned.revision)
        ON CONFLICT ON CONSTRAINT message_once DO NOTHING;
    END IF;
    GET DIAGNOSTICS v_planned = ROW_COUNT;
    RETURN v_planned;
END
$$;
COMMENT ON FUNCTION plan_messages(bigint, timestamptz, timestamptz) IS
    'Plans the messages of one session, or all reminders that are due.';
