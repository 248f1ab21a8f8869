-- The free slots. Listing and booking both use this function, so a listed slot can be booked and an unlisted one
-- cannot. Starts lie in [p_from, p_until). p_trainer NULL means all trainers of the studio. The session p_moving, if
-- any, and the holds for it are ignored. A hold that has not expired at p_now occupies its slot like a session.
--
-- All sets are sets of possible starts: a period [a, b) excludes the starts after a minus the session length and
-- before b, and another session also those within the turnaround before it. Grid times are then tested against what
-- remains.
--
-- The generic plan serves a single start and a whole month, and is kept between calls: planning takes longer than
-- looking up one start.
CREATE OR REPLACE FUNCTION open_slots(
    p_studio integer, p_trainer integer, p_from timestamptz, p_until timestamptz, p_now timestamptz,
    p_moving bigint DEFAULT NULL
) RETURNS TABLE (starts_at timestamptz, ends_at timestamptz, trainer_id integer, handle text, name text)
LANGUAGE plpgsql STABLE SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_studio     studio%ROWTYPE;
    v_length     interval;
    v_pause      interval;
    v_from       timestamptz;
    v_last       timestamptz;
    v_window     tstzrange;
    v_first_date date;
    v_last_date  date;
    v_closed     tstzmultirange;
    v_full       tstzmultirange;
BEGIN
    SELECT * INTO v_studio FROM studio WHERE id = p_studio;
    v_length := make_interval(mins => v_studio.session_minutes);
    v_pause := make_interval(mins => v_studio.session_minutes + v_studio.turnaround_minutes);
    v_from := greatest(p_from, p_now + make_interval(mins => v_studio.notice_minutes));
    v_last := least(p_until - interval '1 microsecond', p_now + make_interval(mins => v_studio.horizon_minutes));
    IF NOT FOUND OR v_from > v_last THEN
        RETURN;
    END IF;
    v_window := tstzrange(v_from, v_last + v_pause);
    v_first_date := (v_from AT TIME ZONE v_studio.time_zone)::date;
    v_last_date := ((v_last + v_length) AT TIME ZONE v_studio.time_zone)::date;

    SELECT coalesce(range_agg(tstzrange(lower(during) - v_length, upper(during), '()')), '{}') INTO v_closed
    FROM closure
    WHERE studio_id = p_studio AND during && v_window;

    -- A start is full when it is excluded at every station.
    SELECT CASE count(*) WHEN v_studio.stations THEN range_intersect_agg(taken) ELSE '{}' END INTO v_full
    FROM (
        SELECT range_agg(tstzrange(lower(occupied) - v_pause, upper(occupied), '()')) AS taken
        FROM (
            SELECT station, occupied
            FROM session
            WHERE studio_id = p_studio
              AND station <= v_studio.stations
              AND occupied && v_window
              AND status IN ('booked', 'attended')
              AND id IS DISTINCT FROM p_moving
            UNION ALL
            SELECT station, occupied
            FROM active_holds(p_now, p_moving)
            WHERE studio_id = p_studio
              AND station <= v_studio.stations
              AND occupied && v_window
        ) AS used
        GROUP BY station
    ) AS station;

    RETURN QUERY
    WITH day AS MATERIALIZED (
        SELECT d.local_date,
               d.during,
               (d.local_date::timestamp - d.ahead) AT TIME ZONE 'UTC' AS midnight
        FROM local_days(v_studio.time_zone, v_first_date, v_last_date) AS d
    ),
    free AS MATERIALIZED (
        SELECT t.id, t.handle, t.name, work.hours - absence.away - others.busy - full_days.days AS starts
        FROM trainer_hours(p_studio, p_trainer, v_studio.time_zone, v_first_date, v_last_date) AS trainer_hours
        JOIN trainer AS t ON t.id = trainer_hours.trainer_id AND t.retired_at IS NULL
        CROSS JOIN LATERAL (
            SELECT range_agg(tstzrange(lower(stretch), upper(stretch) - v_length, '[]')) AS hours
            FROM unnest(trainer_hours.worked) AS stretch
            WHERE lower(stretch) <= upper(stretch) - v_length
        ) AS work
        CROSS JOIN LATERAL (
            SELECT coalesce(range_agg(tstzrange(lower(off.during) - v_length, upper(off.during), '()')), '{}') AS away
            FROM time_off AS off
            WHERE off.trainer_id = t.id AND off.during && v_window
        ) AS absence
        CROSS JOIN LATERAL (
            SELECT coalesce(range_agg(tstzrange(lower(used.occupied) - v_pause, upper(used.occupied), '()')), '{}') AS busy
            FROM (
                SELECT s.occupied
                FROM session AS s
                WHERE s.trainer_id = t.id
                  AND s.occupied && v_window
                  AND s.status IN ('booked', 'attended')
                  AND s.id IS DISTINCT FROM p_moving
                UNION ALL
                SELECT h.occupied
                FROM active_holds(p_now, p_moving) AS h
                WHERE h.trainer_id = t.id AND h.occupied && v_window
            ) AS used
        ) AS others
        CROSS JOIN LATERAL (
            SELECT coalesce(range_agg(day.during), '{}') AS days
            FROM day
            WHERE t.daily_limit IS NOT NULL
              AND t.daily_limit <= sessions_that_day(t.id, v_studio.time_zone, day.local_date, p_moving)
                  + holds_that_day(t.id, v_studio.time_zone, day.local_date, p_now, p_moving)
        ) AS full_days
        ORDER BY t.handle
    ),
    start AS MATERIALIZED (
        SELECT grid.at
        FROM day
        CROSS JOIN LATERAL (
            SELECT day.midnight + make_interval(mins => k * v_studio.slot_every_minutes) AS at
            FROM generate_series(
                ceil(extract(epoch FROM greatest(v_from, lower(day.during)) - day.midnight)
                    / (60 * v_studio.slot_every_minutes))::integer,
                floor(extract(epoch FROM least(v_last, upper(day.during)) - day.midnight)
                    / (60 * v_studio.slot_every_minutes))::integer
            ) AS k
        ) AS grid
        WHERE grid.at < upper(day.during)
          AND NOT v_closed @> grid.at
          AND NOT v_full @> grid.at
          AND (SELECT range_agg(starts) FROM free) @> grid.at
        ORDER BY grid.at
    )
    -- OFFSET 0 keeps the order of starts: callers sort by start and handle, and find the rows sorted already.
    SELECT start.at, start.at + v_length, available.id, available.handle, available.name
    FROM start
    CROSS JOIN LATERAL (
        SELECT free.id, free.handle, free.name
        FROM free
        WHERE free.starts @> start.at
        OFFSET 0
    ) AS available;
END
$$;
COMMENT ON FUNCTION open_slots(integer, integer, timestamptz, timestamptz, timestamptz, bigint) IS
    'The free slots, used by listing and by booking.';
