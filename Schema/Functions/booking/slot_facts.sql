-- The facts that decide whether a trainer can take a start, one column for each rule: for explaining why a slot is not
-- offered, and for deciding what an override may waive.
CREATE OR REPLACE FUNCTION slot_facts(
    p_studio integer, p_trainer integer, p_start timestamptz, p_now timestamptz, p_moving bigint DEFAULT NULL
) RETURNS TABLE (
    retired boolean, works_here boolean, in_the_past boolean, too_soon boolean, beyond_horizon boolean, closed_for text,
    within_hours boolean, hours_that_day text, elsewhere text, away boolean, away_for text, on_grid boolean,
    trainer_busy boolean, daily_limit integer, that_day bigint, station smallint
)
LANGUAGE sql STABLE AS $$
    SELECT t.retired_at IS NOT NULL,
           EXISTS (SELECT FROM hours_season WHERE studio_id = st.id AND trainer_id = t.id),
           p_start < p_now,
           p_start < p_now + make_interval(mins => st.notice_minutes),
           p_start > p_now + make_interval(mins => st.horizon_minutes),
           (
               SELECT reason
               FROM closure
               WHERE studio_id = st.id AND during && held.session
               ORDER BY lower(during)
               LIMIT 1
           ),
           work.within,
           CASE WHEN NOT work.within THEN (
               SELECT string_agg(
                   to_char(lower(stretch) AT TIME ZONE st.time_zone, 'HH24:MI') || '-'
                       || CASE
                              WHEN upper(stretch) >= start_of_day(held.date + 1, st.time_zone) THEN '24:00'
                              ELSE to_char(upper(stretch) AT TIME ZONE st.time_zone, 'HH24:MI')
                          END,
                   ', ' ORDER BY stretch)
               FROM unnest(working_hours(t.id, st.id, st.time_zone, held.date, held.date)) AS stretch)
           END,
           CASE
               WHEN NOT work.within
               THEN other_studio_that_day(t.id, st.id, st.time_zone, lower(held.session), upper(held.session))
           END,
           absence.reason IS NOT NULL,
           nullif(absence.reason, ''),
           mod(extract(epoch FROM (p_start AT TIME ZONE st.time_zone)::time), 60 * st.slot_every_minutes) = 0,
           EXISTS (
               SELECT FROM session
               WHERE trainer_id = t.id
                 AND occupied && held.occupied
                 AND status IN ('booked', 'attended')
                 AND id IS DISTINCT FROM p_moving)
           OR EXISTS (
               SELECT FROM active_holds(p_now, p_moving)
               WHERE trainer_id = t.id AND occupied && held.occupied),
           t.daily_limit,
           sessions_that_day(t.id, st.time_zone, held.date, p_moving)
               + holds_that_day(t.id, st.time_zone, held.date, p_now, p_moving),
           first_free_station(st.id, held.occupied, p_now, p_moving)
    FROM studio AS st
    CROSS JOIN trainer AS t
    CROSS JOIN LATERAL (
        SELECT (p_start AT TIME ZONE st.time_zone)::date AS date,
               tstzrange(p_start, p_start + make_interval(mins => st.session_minutes)) AS session,
               tstzrange(
                   p_start, p_start + make_interval(mins => st.session_minutes + st.turnaround_minutes)
               ) AS occupied
    ) AS held
    CROSS JOIN LATERAL (
        SELECT working_hours(
                   t.id, st.id, st.time_zone, held.date, (upper(held.session) AT TIME ZONE st.time_zone)::date
               ) @> held.session AS within
    ) AS work
    LEFT JOIN LATERAL (
        SELECT coalesce(reason, '') AS reason
        FROM time_off
        WHERE trainer_id = t.id AND during && held.session
        ORDER BY lower(during)
        LIMIT 1
    ) AS absence ON true
    WHERE st.id = p_studio AND t.id = p_trainer
$$;
COMMENT ON FUNCTION slot_facts(integer, integer, timestamptz, timestamptz, bigint) IS
    'The result of each rule for one trainer and one start.';
