-- The reason why none of a trainer's booked sessions of a day can take place, taken from the first session. NULL if at
-- least one can take place.
CREATE OR REPLACE FUNCTION day_obstacle(p_trainer integer, p_day date, p_zone text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN bool_and(obstacle.reason IS NOT NULL) THEN (array_agg(obstacle.reason ORDER BY s.starts_at))[1]
        END
        FROM session AS s
        LEFT JOIN LATERAL message_obstacle(s.studio_id, s.trainer_id, s.starts_at, s.ends_at) AS obstacle ON true
        WHERE s.trainer_id = p_trainer
          AND s.status = 'booked'
          AND s.starts_at >= start_of_day(p_day, p_zone)
          AND s.starts_at < start_of_day(p_day + 1, p_zone));
END
$$;
COMMENT ON FUNCTION day_obstacle(integer, date, text) IS
    'Why none of a trainer''s sessions of a day can take place, or NULL.';
