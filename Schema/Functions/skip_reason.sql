-- Whether a reminder of a start is late, and a later one of the same start is due by now as well: after days on which
-- nobody ran, one of them is enough. In PL/pgSQL, which keeps the plan, and keeps skip_reason a mere expression.
CREATE OR REPLACE FUNCTION is_overtaken(p_message message, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM message AS later
        JOIN reminder_rule AS later_rule ON later_rule.key = later.rule AND later_rule.anchor = 'start'
        JOIN reminder_rule AS rule ON rule.key = p_message.rule AND rule.anchor = 'start'
        WHERE later.session_id = p_message.session_id
          AND later.revision = p_message.revision
          AND later.channel = p_message.channel
          AND later.status <> 'skipped'
          AND later.due_at > p_message.due_at
          AND later.due_at <= p_now);
END
$$;
COMMENT ON FUNCTION is_overtaken(message, timestamptz) IS 'Whether a later reminder of the same start is due as well.';

-- Why a queued message must not go out after all, judged at the moment of sending; NULL when it may.
CREATE OR REPLACE FUNCTION skip_reason(p_message message, p_session session, p_email text, p_now timestamptz)
RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN p_message.rule = 'cancelled' AND p_session.status <> 'cancelled' THEN 'session_closed'
        WHEN p_message.rule <> 'cancelled' AND p_session.status = 'cancelled' THEN 'cancelled'
        WHEN p_session.status IN ('attended', 'no_show') THEN 'session_closed'
        WHEN p_message.revision <> p_session.revision THEN 'rescheduled'
        WHEN p_session.starts_at <= p_now THEN 'session_started'
        WHEN p_email IS NULL THEN 'no_email'
        WHEN p_message.due_at < p_now - interval '10 minutes' AND is_overtaken(p_message, p_now) THEN 'overtaken'
    END
$$;
COMMENT ON FUNCTION skip_reason(message, session, text, timestamptz) IS 'Why a message must not go out, or NULL.';
