-- What is free: the one answer that listing and booking share, so that what is listed can be booked and what is not listed
-- cannot. Starts lie in [p_from, p_until); p_trainer NULL means every trainer of the studio; the session p_moving, if
-- any, does not stand in its own way.
CREATE OR REPLACE FUNCTION open_slots(
    p_studio integer, p_trainer integer, p_from timestamptz, p_until timestamptz, p_now timestamptz,
    p_moving bigint DEFAULT NULL
) RETURNS TABLE (starts_at timestamptz, ends_at timestamptz, trainer_id integer, handle text)
LANGUAGE plpgsql STABLE ROWS 200 SET jit = off AS $$
DECLARE
    v_studio     studio%ROWTYPE;
    v_length     interval;
    v_turnaround interval;
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
    v_turnaround := make_interval(mins => v_studio.turnaround_minutes);
    v_from := greatest(p_from, p_now + make_interval(mins => v_studio.notice_minutes));
    v_last := least(p_until - interval '1 microsecond', p_now + make_interval(mins => v_studio.horizon_minutes));
    IF NOT FOUND OR v_from > v_last THEN
        RETURN;
    END IF;
    v_window := tstzrange(v_from, v_last + v_length);
    v_first_date := (v_from AT TIME ZONE v_studio.time_zone)::date;
    v_last_date := ((v_last + v_length) AT TIME ZONE v_studio.time_zone)::date;

    SELECT coalesce(range_agg(closure.during), '{}') INTO v_closed
    FROM closure
    WHERE closure.studio_id = p_studio AND closure.during && v_window;

    -- A start is full when every station has a session that begins before this one's turnaround ends and is not over yet.
    SELECT coalesce(range_intersect_agg(taken), '{}') INTO v_full
    FROM (
        SELECT coalesce(
                   range_agg(tstzrange(lower(s.occupied) - v_length - v_turnaround, upper(s.occupied), '()'))
                       FILTER (WHERE s.id IS NOT NULL),
                   '{}') AS taken
        FROM generate_series(1, v_studio.stations) AS n
        LEFT JOIN session AS s
            ON s.studio_id = p_studio
            AND s.station = n
            AND s.occupied && tstzrange(v_from, v_last + v_length + v_turnaround)
            AND s.status IN ('booked', 'attended')
            AND s.id IS DISTINCT FROM p_moving
        GROUP BY n
    ) AS station;

    RETURN QUERY
    WITH day AS MATERIALIZED (
        SELECT d.local_date,
               d.during,
               (d.local_date::timestamp - d.ahead) AT TIME ZONE 'UTC' AS midnight
        FROM local_days(v_studio.time_zone, v_first_date, v_last_date) AS d
    ),
    free AS (
        SELECT t.id, t.handle, t.daily_limit, stretch
        FROM trainer AS t
        CROSS JOIN LATERAL (
            SELECT coalesce(range_agg(off.during), '{}') AS away
            FROM time_off AS off
            WHERE off.trainer_id = t.id AND off.during && v_window
        ) AS absence
        CROSS JOIN LATERAL (
            -- [start, end + turnaround) misses an occupied range just when [start, end) misses it widened by the turnaround.
            SELECT coalesce(range_agg(tstzrange(lower(s.occupied) - v_turnaround, upper(s.occupied))), '{}') AS busy
            FROM session AS s
            WHERE s.trainer_id = t.id
              AND s.occupied && tstzrange(v_from, v_last + v_length + v_turnaround)
              AND s.status IN ('booked', 'attended')
              AND s.id IS DISTINCT FROM p_moving
        ) AS work
        CROSS JOIN LATERAL unnest(
            working_hours(t.id, p_studio, v_studio.time_zone, v_first_date, v_last_date)
                * tstzmultirange(v_window) - v_closed - absence.away - work.busy
        ) AS stretch
        WHERE t.retired_at IS NULL
          AND (p_trainer IS NULL OR t.id = p_trainer)
          AND EXISTS (SELECT FROM hours_season AS season WHERE season.studio_id = p_studio AND season.trainer_id = t.id)
    )
    SELECT slot.start, slot.start + v_length, free.id, free.handle
    FROM free
    JOIN day ON day.during && free.stretch
    CROSS JOIN LATERAL (
        SELECT day.midnight + make_interval(mins => k * v_studio.slot_every_minutes) AS start
        FROM generate_series(
            ceil(extract(epoch FROM greatest(lower(free.stretch), lower(day.during)) - day.midnight)
                / (60 * v_studio.slot_every_minutes))::integer,
            floor(extract(epoch FROM least(upper(free.stretch) - v_length, v_last) - day.midnight)
                / (60 * v_studio.slot_every_minutes))::integer
        ) AS k
    ) AS slot
    WHERE slot.start < upper(day.during)
      AND NOT v_full @> slot.start
      AND (free.daily_limit IS NULL
           OR free.daily_limit > sessions_that_day(free.id, v_studio.time_zone, day.local_date, p_moving))
    ORDER BY slot.start, free.handle;
END
$$;
COMMENT ON FUNCTION open_slots(integer, integer, timestamptz, timestamptz, timestamptz, bigint) IS
    'The slots on offer, by start and then handle: listing and booking both read it.';
