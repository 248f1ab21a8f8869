-- Whether the client was last told the present start, trainer and studio of a session, so that a notice of its last
-- change has nothing to report: the session was moved back, or got its trainer back, before an earlier notice was sent.
--
-- The client was last told the state of the newest revision with a message that was attempted. If none of that revision
-- is known to have been sent, it is not known which state the client knows. The event log has the states of each
-- revision; a session that was cancelled then was not to take place.
CREATE OR REPLACE FUNCTION is_known_to_client(p_notice message) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_revision integer;
    v_sent_at timestamptz;
BEGIN
    SELECT m.revision, max(m.sent_at)
    INTO v_revision, v_sent_at
    FROM message AS m
    WHERE m.session_id = p_notice.session_id
      AND m.audience = 'client'
      AND m.attempts > 0
      AND m.id <> p_notice.id
    GROUP BY m.revision
    ORDER BY m.revision DESC
    LIMIT 1;
    RETURN v_sent_at IS NOT NULL
        AND coalesce((
            SELECT bool_and(
                (e.after ->> 'starts_at')::timestamptz = s.starts_at
                AND (e.after ->> 'trainer_id')::integer = s.trainer_id
                AND (e.after ->> 'studio_id')::integer = s.studio_id
                AND e.after ->> 'status' = 'booked')
            FROM session AS s
            JOIN event AS e ON e.subject = 'session' AND e.subject_id = s.id
            WHERE s.id = p_notice.session_id
              AND (e.after ->> 'revision')::integer = v_revision), false)
        -- The notice replaces a reminder that was due between both changes.
        AND NOT EXISTS (
            SELECT FROM message AS replaced
            WHERE replaced.session_id = p_notice.session_id
              AND replaced.revision = p_notice.revision
              AND replaced.audience = 'client'
              AND replaced.reason = 'late_booking'
              AND replaced.due_at > v_sent_at);
END
$$;
COMMENT ON FUNCTION is_known_to_client(message) IS
    'Whether the client was last told the present start, trainer and studio of the session of a notice.';
