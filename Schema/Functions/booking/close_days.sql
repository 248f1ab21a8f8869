-- Closes the past days of each studio, including missed ones of the last 30 days, and returns the days that have
-- sessions without an outcome.
CREATE OR REPLACE FUNCTION close_days(p_now timestamptz)
RETURNS TABLE (studio text, day date, left_open integer)
LANGUAGE sql AS $$
    WITH closed AS (
        INSERT INTO closed_day (studio_id, day, left_open)
        SELECT studio.id, over.day::date, (
                   SELECT count(*)
                   FROM session AS s
                   WHERE s.studio_id = studio.id
                     AND s.status = 'booked'
                     AND s.starts_at >= start_of_day(over.day::date, studio.time_zone)
                     AND s.starts_at < start_of_day(over.day::date + 1, studio.time_zone))
        FROM studio
        CROSS JOIN LATERAL (SELECT (p_now AT TIME ZONE studio.time_zone)::date - 1 AS date) AS yesterday
        CROSS JOIN LATERAL generate_series(
            -- As timestamps: dates would become instants of the time zone of the connection, in which a day can have no
            -- midnight.
            greatest(
                coalesce((SELECT max(c.day) + 1 FROM closed_day AS c WHERE c.studio_id = studio.id), yesterday.date),
                yesterday.date - 30)::timestamp,
            yesterday.date::timestamp, interval '1 day') AS over (day)
        ON CONFLICT ON CONSTRAINT closed_day_pkey DO NOTHING
        RETURNING studio_id, day, left_open
    )
    SELECT studio.slug, closed.day, closed.left_open
    FROM closed
    JOIN studio ON studio.id = closed.studio_id
    WHERE closed.left_open > 0
    ORDER BY studio.slug, closed.day
$$;
COMMENT ON FUNCTION close_days(timestamptz) IS 'Closes past days and returns those with unmarked sessions.';
