-- Adds the messages of one session to the ledger, or the reminders before the start of all sessions that are due by
-- p_until. Returns how many were added.
CREATE OR REPLACE FUNCTION plan_messages(p_session bigint, p_until timestamptz, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
    RETURN queue_messages(
        CASE WHEN p_session IS NULL THEN 'reminders' ELSE 'session' END, p_session, NULL, p_until, p_now);
END
$$;
COMMENT ON FUNCTION plan_messages(bigint, timestamptz, timestamptz) IS
    'Plans the messages of one session, or all reminders that are due.';
