-- What the ledger is to hold of the start of each booked session. A message that was due already when the session was
-- booked or moved is skipped: the confirmation has just said the same. The planner reads this as it would a view.
CREATE OR REPLACE FUNCTION start_messages()
RETURNS TABLE (
    session_id bigint, studio_id integer, rule text, channel text, revision integer, status text, reason text,
    due_at timestamptz, starts_at timestamptz, lead interval
)
LANGUAGE sql STABLE AS $$
    SELECT s.id,
           s.studio_id,
           rule.key,
           rule.channel,
           s.revision,
           CASE WHEN due.at <= s.arranged_at THEN 'skipped' ELSE 'queued' END,
           CASE WHEN due.at <= s.arranged_at THEN 'late_booking' END,
           due.at,
           s.starts_at,
           rule.lead
    FROM reminder_rule AS rule
    JOIN session AS s ON s.status = 'booked'
    JOIN studio ON studio.id = s.studio_id
    CROSS JOIN LATERAL (
        -- Three days before 9:00 is 9:00, also when the clocks change in between.
        SELECT (s.starts_at AT TIME ZONE studio.time_zone - rule.lead) AT TIME ZONE studio.time_zone AS at
    ) AS due
    WHERE rule.anchor = 'start'
$$;
COMMENT ON FUNCTION start_messages() IS 'What the ledger is to hold of the start of each booked session.';

-- Writes into the ledger what is to be told before a start: for one session, or for all whose time has come by p_until.
-- One session and a whole batch want different plans, and so are two statements: to force a plan would force it on the
-- foreign keys of every row as well.
CREATE OR REPLACE FUNCTION plan_messages(p_session bigint, p_until timestamptz, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql SET jit = off AS $$
DECLARE
    v_planned bigint;
BEGIN
    IF p_session IS NULL THEN
        INSERT INTO message (session_id, studio_id, rule, channel, revision, status, reason, due_at)
        SELECT session_id, studio_id, rule, channel, revision, status, reason, due_at
        FROM start_messages() AS told
        WHERE starts_at > p_now
          -- A day of the calendar lasts up to 25 hours: this bound keeps the scan to what can be due.
          AND starts_at <= p_until + lead + interval '1 hour'
          AND due_at <= p_until
          -- OFFSET 0 keeps this a look into the index for each message: a join would read every session to come.
          AND NOT EXISTS (
              SELECT FROM message AS m
              WHERE m.session_id = told.session_id
                AND m.rule = told.rule
                AND m.channel = told.channel
                AND m.revision = told.revision
              OFFSET 0)
        ON CONFLICT ON CONSTRAINT message_once DO NOTHING;
    ELSE
        INSERT INTO message (session_id, studio_id, rule, channel, revision, status, reason, due_at)
        SELECT session_id, studio_id, rule, channel, revision, status, reason, due_at
        FROM start_messages()
        WHERE session_id = p_session
        ON CONFLICT ON CONSTRAINT message_once DO NOTHING;
    END IF;
    GET DIAGNOSTICS v_planned = ROW_COUNT;
    RETURN v_planned;
END
$$;
COMMENT ON FUNCTION plan_messages(bigint, timestamptz, timestamptz) IS
    'Plans the reminders of one session, or all that are due.';
