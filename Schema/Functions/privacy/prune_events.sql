-- Deletes events from before a time. One call examines the next events by number:
--
-- - The history of a session that ended before that time, and of its messages, is deleted as a whole, unless the session
--   was changed since.
-- - Of any other object, the state at that time stays, so that the log and past schedules are complete from then on.
--   Weekly hours and job queues have no numbers of their own: their events stay.
--
-- Each deletion writes an event that says how many were deleted, with the login, so that none is unnoticed.
--
-- search_path is that of `setup`: this schema, then pg_temp, so that no temporary table takes precedence. The schema
-- need not be public, so the path cannot be written here.
CREATE OR REPLACE FUNCTION prune_events(p_before timestamptz, p_after bigint, p_limit integer)
RETURNS TABLE (last_id bigint, removed bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_ids      bigint[];
    v_sessions bigint[];
    v_messages bigint[];
BEGIN
    -- Only superusers may write such a setting into the definition of a function.
    PERFORM set_config('intro.event_change', 'retention', true);
    -- Two runners would delete the same rows, in different orders.
    PERFORM pg_advisory_xact_lock(lock_key('prune events'));
    SELECT array_agg(id), max(id) INTO v_ids, last_id
    FROM (SELECT id, at FROM event WHERE id > p_after ORDER BY id LIMIT p_limit) AS next
    HAVING min(at) < p_before;
    SELECT array_agg(DISTINCT s.id) INTO v_sessions
    FROM event AS e
    LEFT JOIN message AS m ON e.subject = 'message' AND m.id = e.subject_id
    JOIN session AS s ON s.id = CASE e.subject WHEN 'session' THEN e.subject_id ELSE m.session_id END
    WHERE e.id = ANY (v_ids)
      AND e.subject IN ('session', 'message')
      AND s.ends_at < p_before
      AND NOT EXISTS (
          SELECT FROM event AS later
          WHERE later.subject = 'session' AND later.subject_id = s.id AND later.at >= p_before);
    v_messages := ARRAY(SELECT id FROM message WHERE session_id = ANY (v_sessions));
    WITH gone AS (
        DELETE FROM event AS e
        WHERE (e.subject = 'session' AND e.subject_id = ANY (v_sessions)
               OR e.subject = 'message' AND e.subject_id = ANY (v_messages)
               OR e.id = ANY (v_ids)
                  AND e.subject NOT IN ('session', 'hours', 'job_queue', 'event')
                  AND (e.action = 'delete'
                       OR EXISTS (
                           SELECT FROM event AS newer
                           WHERE newer.subject = e.subject
                             AND newer.subject_id = e.subject_id
                             AND newer.id > e.id
                             AND newer.at < p_before)))
          AND e.at < p_before
        RETURNING 1
    )
    SELECT count(*) INTO removed FROM gone;
    IF removed > 0 THEN
        INSERT INTO event (actor, subject, subject_id, action, before)
        VALUES (
            coalesce(nullif(current_setting('intro.actor', true), ''), session_user), 'event', 0, 'delete',
            jsonb_build_object('events', removed, 'recorded_before', p_before));
    END IF;
    PERFORM set_config('intro.event_change', '', true);
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION prune_events(timestamptz, bigint, integer) IS
    'Deletes the outdated among the next events; returns the last examined number, NULL at the end.';
