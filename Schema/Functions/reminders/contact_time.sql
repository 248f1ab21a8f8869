-- The time at which to contact a person for whom a message is due at p_at, by their local clock. Within contact hours
-- this is p_at. In quiet hours it is shortly before these began if that is after p_earliest, otherwise their end if
-- that is before p_latest, otherwise NULL: never. The last 30 minutes before quiet hours are not used, so that a
-- message that is a few minutes late does not arrive in quiet hours.
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
    FROM generate_series(-7, 7) AS day_offset
    JOIN contact_hours AS hours ON hours.weekday = extract(isodow FROM v_local::date + day_offset)
    CROSS JOIN LATERAL (
        SELECT v_local::date + day_offset + hours.opens AS opens, v_local::date + day_offset + hours.closes AS closes
    ) AS wall
    CROSS JOIN LATERAL unnest(ARRAY[wall.opens, wall.closes - v_margin]) AS local_edge
    CROSS JOIN LATERAL (SELECT local_edge AT TIME ZONE p_zone AS at) AS edge
    WHERE hours.region = v_region
      AND hours.channel = p_channel
      -- Tests the resulting wall time: a skipped time resolves to a different one, and hours may be shorter than the
      -- margin.
      AND edge.at AT TIME ZONE p_zone >= wall.opens
      AND edge.at AT TIME ZONE p_zone < wall.closes;
    RETURN CASE WHEN v_before > p_earliest THEN v_before WHEN v_after < p_latest THEN v_after END;
END
$$;
COMMENT ON FUNCTION contact_time(timestamptz, timestamptz, timestamptz, text, text, text) IS
    'The time at which to contact a person for whom a message is due at an instant; NULL means never.';
