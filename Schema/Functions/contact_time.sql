-- When to write to somebody who is meant to hear of something at p_at, on the clock where they are. In contact hours: then.
-- In quiet hours: a little before those began, where that is after p_earliest, else when they end, where that is before
-- p_latest, else never: NULL. The last half hour before quiet hours is kept free, so that what is late by a few minutes does
-- not ring into them.
CREATE OR REPLACE FUNCTION contact_time(
    p_at timestamptz, p_earliest timestamptz, p_latest timestamptz, p_zone text, p_region text, p_channel text
) RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_margin constant interval := '30 minutes';
    v_local  timestamp := p_at AT TIME ZONE p_zone;
    v_region text := coalesce(
        (SELECT region FROM contact_hours WHERE channel = p_channel AND region = p_region LIMIT 1), '*');
    v_before timestamptz;
    v_after  timestamptz;
BEGIN
    IF EXISTS (
        SELECT FROM contact_hours
        WHERE region = v_region
          AND channel = p_channel
          AND weekday = extract(isodow FROM v_local)
          AND opens <= v_local::time
          AND closes > v_local::time)
        OR NOT EXISTS (SELECT FROM contact_hours WHERE region = v_region AND channel = p_channel)
    THEN
        RETURN p_at;
    END IF;
    SELECT max(edge.at) FILTER (WHERE edge.at < p_at), min(edge.at) FILTER (WHERE edge.at > p_at)
    INTO v_before, v_after
    FROM generate_series(-7, 7) AS away
    JOIN contact_hours AS hours ON hours.weekday = extract(isodow FROM v_local::date + away)
    CROSS JOIN LATERAL (
        SELECT v_local::date + away + hours.opens AS opens, v_local::date + away + hours.closes AS closes
    ) AS wall
    CROSS JOIN LATERAL unnest(ARRAY[wall.opens, wall.closes - v_margin]) AS meant
    CROSS JOIN LATERAL (SELECT meant AT TIME ZONE p_zone AS at) AS edge
    WHERE hours.region = v_region
      AND hours.channel = p_channel
      -- What the clock shows then: a time that it leaps over is another one, and hours may be shorter than what is kept free.
      AND edge.at AT TIME ZONE p_zone >= wall.opens
      AND edge.at AT TIME ZONE p_zone < wall.closes;
    RETURN CASE WHEN v_before > p_earliest THEN v_before WHEN v_after < p_latest THEN v_after END;
END
$$;
COMMENT ON FUNCTION contact_time(timestamptz, timestamptz, timestamptz, text, text, text) IS
    'When somebody may be written to who is meant to hear of something at an instant; NULL is never.';

-- The longest that quiet hours of a channel last anywhere: by so much, and no more, may a message move.
CREATE OR REPLACE FUNCTION longest_quiet(p_channel text) RETURNS interval
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        WITH open AS (
            SELECT region,
                   (weekday - 1) * interval '24 hours' + (opens - time '00:00') AS opens,
                   (weekday - 1) * interval '24 hours' + (closes - time '00:00') AS closes
            FROM contact_hours
            WHERE channel = p_channel
        ),
        gap AS (
            SELECT coalesce(
                       lead(opens) OVER (PARTITION BY region ORDER BY opens),
                       min(opens) OVER (PARTITION BY region) + interval '168 hours') - closes AS lasts
            FROM open
        )
        -- The clocks may be put back in it, and half an hour before it is kept free.
        SELECT coalesce(max(lasts) + interval '2 hours', interval '0') FROM gap);
END
$$;
COMMENT ON FUNCTION longest_quiet(text) IS 'The longest that quiet hours of a channel last anywhere.';
