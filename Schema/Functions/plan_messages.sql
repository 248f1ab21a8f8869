-- Writes into the ledger what is to be told before a start: for one session, or for all whose time has come by p_until. A
-- message that was due already when the session was booked or moved is written down as skipped: the confirmation has
-- just said the same. Planned anew at each call: one session and a whole batch want different plans.
CREATE OR REPLACE FUNCTION plan_messages(p_session bigint, p_until timestamptz, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql SET jit = off SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    v_planned bigint;
BEGIN
    INSERT INTO message (session_id, studio_id, rule, channel, revision, status, reason, due_at)
    SELECT s.id,
           s.studio_id,
           rule.key,
           rule.channel,
           s.revision,
           CASE WHEN due.at <= s.arranged_at THEN 'skipped' ELSE 'queued' END,
           CASE WHEN due.at <= s.arranged_at THEN 'late_booking' END,
           due.at
    FROM reminder_rule AS rule
    JOIN session AS s ON s.status = 'booked'
    JOIN studio ON studio.id = s.studio_id
    CROSS JOIN LATERAL (
        -- Three days before 9:00 is 9:00, also when the clocks change in between.
        SELECT (s.starts_at AT TIME ZONE studio.time_zone - rule.lead) AT TIME ZONE studio.time_zone AS at
    ) AS due
    WHERE rule.anchor = 'start'
      AND (s.id = p_session
           OR p_session IS NULL
              AND s.starts_at > p_now
              -- A day of the calendar lasts up to 25 hours: this bound keeps the scan to what can be due.
              AND s.starts_at <= p_until + rule.lead + interval '1 hour'
              AND due.at <= p_until
              AND NOT EXISTS (
                  SELECT FROM message AS m
                  WHERE m.session_id = s.id
                    AND m.rule = rule.key
                    AND m.channel = rule.channel
                    AND m.revision = s.revision))
    ON CONFLICT ON CONSTRAINT message_once DO NOTHING;
    GET DIAGNOSTICS v_planned = ROW_COUNT;
    RETURN v_planned;
END
$$;
COMMENT ON FUNCTION plan_messages(bigint, timestamptz, timestamptz) IS
    'Plans the reminders of one session, or all that are due.';
