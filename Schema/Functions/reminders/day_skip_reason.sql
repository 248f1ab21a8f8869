-- The reason to skip a trainer's schedule of a day. The first session that can take place decides; if none can, the
-- first session.
CREATE OR REPLACE FUNCTION day_skip_reason(p_trainer integer, p_day date, p_zone text, p_now timestamptz) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_first timestamptz;
    v_first_possible timestamptz;
BEGIN
    SELECT min(s.starts_at), min(s.starts_at) FILTER (WHERE obstacle.reason IS NULL)
    INTO v_first, v_first_possible
    FROM session AS s
    LEFT JOIN LATERAL message_obstacle(s.studio_id, s.trainer_id, s.starts_at, s.ends_at) AS obstacle ON true
    WHERE s.trainer_id = p_trainer
      AND s.status = 'booked'
      AND s.starts_at >= start_of_day(p_day, p_zone)
      AND s.starts_at < start_of_day(p_day + 1, p_zone);
    RETURN CASE
        WHEN v_first IS NULL THEN 'nothing_to_tell'
        WHEN coalesce(v_first_possible, v_first) <= p_now THEN 'session_started'
    END;
END
$$;
COMMENT ON FUNCTION day_skip_reason(integer, date, text, timestamptz) IS
    'Why a trainer''s schedule of a day is skipped, or NULL.';
