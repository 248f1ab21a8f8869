-- The messages that queue_messages adds to the ledger, for one of these causes:
--   session    all messages of the session
--   rule       the future messages of the rule that are not relative to a start, for all sessions
--   reminders  the reminders before the start of all sessions that are due by p_until
--   digests    the trainers' daily schedules that are due by p_until
--   renewed    the messages that the cancellation of the session superseded, if it is booked again
--   trainers   the notices to trainers about a change of the session, from p_former_trainer, p_former_start
--              and p_former_studio
--   copies     copies of the messages p_copied
--   otherwise  an event of the session, such as moved: the messages of the rules that are anchored to it
-- Each cause is a statement of its own, because each needs a different plan; those of one session without notices are in
-- messages_of_session. A rule sends its message for a session once, also if the rule has changed since.
CREATE OR REPLACE FUNCTION messages_to_queue(
    p_cause text, p_session bigint, p_rule text, p_until timestamptz, p_now timestamptz, p_former_trainer integer,
    p_former_start timestamptz, p_former_studio integer, p_copied bigint[], p_copy_reason text
) RETURNS TABLE (
    session_id bigint, trainer_id integer, day date, studio_id integer, rule text, channel text, audience text,
    revision integer, status text, reason text, due_at timestamptz, wait_until timestamptz,
    former_start timestamptz, copy integer, copy_reason text
)
LANGUAGE plpgsql STABLE SET jit = off AS $$
#variable_conflict use_column
DECLARE
    v_quiet_email interval;
    v_quiet_sms interval;
BEGIN
    IF p_cause = 'reminders' THEN
        v_quiet_email := longest_quiet_hours('email');
        v_quiet_sms := longest_quiet_hours('sms');
        RETURN QUERY
            SELECT planned.session_id, NULL::integer, NULL::date, planned.studio_id, planned.rule, planned.channel,
                   planned.audience, planned.revision, planned.status, planned.reason, planned.due_at,
                   NULL::timestamptz, NULL::timestamptz, 0, NULL
            FROM planned_messages() AS planned
            WHERE planned.anchor = 'start'
              AND planned.session_status = 'booked'
              AND planned.is_reachable
              AND planned.starts_at > p_now
              -- These bounds limit the scan to sessions whose reminder can be due, for three days at most: later ones
              -- are planned later, and older ones were planned at booking or are not sent any more.
              AND planned.starts_at
                  <= p_until + planned.ahead + CASE planned.channel WHEN 'sms' THEN v_quiet_sms ELSE v_quiet_email END
              -- 72 hours for the three days, and the 50 hours between the earliest and the latest time at which a message
              -- with a time of day can be due: planned.ahead adds 25 of them. Quiet hours also move messages to later.
              AND planned.starts_at
                  > p_now + planned.ahead - interval '122 hours'
                      - CASE planned.channel WHEN 'sms' THEN v_quiet_sms ELSE v_quiet_email END
              AND planned.due_at <= p_until
              AND planned.due_at > p_now - interval '3 days'
              -- OFFSET 0 keeps this an index lookup for each message: a join would read all upcoming sessions.
              AND NOT EXISTS (
                  SELECT FROM message AS m
                  WHERE m.session_id = planned.session_id
                    AND m.rule = planned.rule
                    AND m.revision = planned.revision
                  OFFSET 0);
    ELSIF p_cause = 'rule' THEN
        RETURN QUERY
            SELECT planned.session_id, NULL::integer, NULL::date, planned.studio_id, planned.rule, planned.channel,
                   planned.audience, planned.revision, planned.status, planned.reason, planned.due_at,
                   NULL::timestamptz, NULL::timestamptz, 0, NULL
            FROM planned_messages() AS planned
            WHERE planned.rule = p_rule
              AND planned.anchor IN ('booked', 'end')
              AND planned.status = 'queued'
              AND planned.due_at >= p_now
              AND planned.is_reachable
              AND NOT EXISTS (
                  SELECT FROM message AS m
                  WHERE m.session_id = planned.session_id
                    AND m.rule = planned.rule
                    AND m.revision = planned.revision);
    ELSIF p_cause = 'digests' THEN
        RETURN QUERY
            SELECT NULL::bigint, digest.trainer_id, digest.day, digest.studio_id, digest.rule, digest.channel,
                   'trainer', 1, 'queued', NULL, digest.due_at, NULL::timestamptz,
                   NULL::timestamptz, 0, NULL
            FROM due_digests(p_until, p_now) AS digest;
    ELSIF p_cause = 'trainers' THEN
        RETURN QUERY
            SELECT p_session, notice.trainer_id, NULL::date, notice.studio_id, notice.rule, notice.channel, 'trainer',
                   notice.revision, 'queued', NULL, p_now, notice.wait_until, notice.former_start, 0, NULL
            FROM trainer_notices(
                p_session, p_former_trainer, p_former_start, p_former_studio, p_now) AS notice;
    ELSIF p_cause = 'copies' THEN
        RETURN QUERY
            SELECT m.session_id, m.trainer_id, m.day, m.studio_id, m.rule, m.channel, m.audience, m.revision,
                   'queued', 'resent', p_now, NULL::timestamptz, m.former_start,
                   1 + (
                       SELECT max(earlier.copy)
                       FROM message AS earlier
                       WHERE (earlier.rule, earlier.channel) = (m.rule, m.channel)
                         AND (earlier.session_id, earlier.revision) = (m.session_id, m.revision)
                         OR (earlier.rule, earlier.channel) = (m.rule, m.channel)
                         AND (earlier.trainer_id, earlier.day) = (m.trainer_id, m.day)),
                   p_copy_reason
            FROM message AS m
            WHERE m.id = ANY (p_copied);
    ELSE
        RETURN QUERY SELECT * FROM messages_of_session(p_cause, p_session, p_until, p_now);
    END IF;
END
$$;
COMMENT ON FUNCTION messages_to_queue(
    text, bigint, text, timestamptz, timestamptz, integer, timestamptz, integer, bigint[], text) IS
    'The messages that a cause adds to the ledger: session, rule, reminders, digests, renewed, trainers, copies, or an '
    'event of a session.';
