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
    END
$$;
COMMENT ON FUNCTION skip_reason(message, session, text, timestamptz) IS 'Why a message must not go out, or NULL.';
