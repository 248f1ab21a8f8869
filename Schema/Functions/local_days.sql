-- The local days p_first .. p_last of a zone as instants, each with its offset from UTC. A day on which the clocks change
-- comes as two stretches, one on either side of the change: within a stretch, wall clock and instant differ by a
-- constant, so a wall time that is skipped appears in neither and one that is repeated appears in both.
CREATE OR REPLACE FUNCTION local_days(p_zone text, p_first date, p_last date)
RETURNS TABLE (local_date date, ahead interval, during tstzrange)
LANGUAGE sql STABLE AS $$
    WITH day AS (
        SELECT d::date AS local_date,
               b.begins,
               b.ends,
               (b.begins AT TIME ZONE p_zone) - (b.begins AT TIME ZONE 'UTC') AS ahead_early,
               ((b.ends - interval '1 minute') AT TIME ZONE p_zone)
                   - ((b.ends - interval '1 minute') AT TIME ZONE 'UTC') AS ahead_late
        FROM generate_series(p_first::timestamp, p_last::timestamp, interval '1 day') AS d
        CROSS JOIN LATERAL (
            SELECT start_of_day(d::date, p_zone) AS begins, start_of_day(d::date + 1, p_zone) AS ends
        ) AS b
    )
    SELECT local_date, ahead_early, tstzrange(begins, ends)
    FROM day
    WHERE ahead_early = ahead_late
    UNION ALL
    SELECT local_date, stretch.ahead, stretch.during
    FROM day
    CROSS JOIN LATERAL (
        -- Every zone changes its clocks on a quarter of an hour.
        SELECT min(t) AS instant
        FROM generate_series(begins, ends, interval '15 minutes') AS t
        WHERE (t AT TIME ZONE p_zone) - (t AT TIME ZONE 'UTC') = ahead_late
    ) AS change
    CROSS JOIN LATERAL (
        VALUES (ahead_early, tstzrange(begins, change.instant)),
               (ahead_late, tstzrange(change.instant, ends))
    ) AS stretch (ahead, during)
    WHERE ahead_early <> ahead_late
$$;
COMMENT ON FUNCTION local_days(text, date, date) IS
    'Local days of a zone as instants, each stretch with its offset from UTC.';
