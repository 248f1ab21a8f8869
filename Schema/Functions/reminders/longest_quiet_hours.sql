-- The maximum duration of a channel's quiet hours in all regions: the most by which they can move a message.
CREATE OR REPLACE FUNCTION longest_quiet_hours(p_channel text) RETURNS interval
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        WITH hours AS (
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
            FROM hours
        )
        -- Allows for the clocks being put back, and for the 30 minutes before quiet hours that are not used.
        SELECT coalesce(max(lasts) + interval '2 hours', interval '0') FROM gap);
END
$$;
COMMENT ON FUNCTION longest_quiet_hours(text) IS 'The maximum duration of a channel''s quiet hours in all regions.';
