-- The local days p_first to p_last of a time zone as instants, each with its offset from UTC. A day with a clock
-- change yields two ranges, one before and one after the change. Within a range, wall clock and instant differ by a
-- constant: a skipped wall time appears in no range, and a repeated one in both.
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
        -- Clock changes occur on quarters of an hour in every time zone.
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
    'The local days of a time zone as instants, each range with its offset from UTC.';
