-- Everything that decides whether one trainer can take one start, rule by rule: why a slot is not on offer, and what may
-- be passed over with a reason.
CREATE OR REPLACE FUNCTION slot_facts(
    p_studio integer, p_trainer integer, p_start timestamptz, p_now timestamptz, p_moving bigint DEFAULT NULL
) RETURNS TABLE (
    retired boolean, works_here boolean, too_soon boolean, beyond_horizon boolean, closed_for text, within_hours boolean,
    away boolean, on_grid boolean, trainer_busy boolean, daily_limit integer, that_day bigint, station smallint
)
LANGUAGE sql STABLE AS $$
    SELECT t.retired_at IS NOT NULL,
           EXISTS (SELECT FROM hours_season WHERE studio_id = st.id AND trainer_id = t.id),
           p_start < p_now + make_interval(mins => st.notice_minutes),
           p_start > p_now + make_interval(mins => st.horizon_minutes),
           (SELECT reason FROM closure WHERE studio_id = st.id AND during && held.session ORDER BY lower(during) LIMIT 1),
           working_hours(
               t.id, st.id, st.time_zone,
               (p_start AT TIME ZONE st.time_zone)::date, (upper(held.session) AT TIME ZONE st.time_zone)::date
           ) @> held.session,
           EXISTS (SELECT FROM time_off WHERE trainer_id = t.id AND during && held.session),
           mod(extract(epoch FROM (p_start AT TIME ZONE st.time_zone)::time), 60 * st.slot_every_minutes) = 0,
           EXISTS (
               SELECT FROM session
               WHERE trainer_id = t.id
                 AND occupied && held.occupied
                 AND status IN ('booked', 'attended')
                 AND id IS DISTINCT FROM p_moving),
           t.daily_limit,
           sessions_that_day(t.id, st.time_zone, (p_start AT TIME ZONE st.time_zone)::date, p_moving),
           free_station(st.id, held.occupied, p_moving)
    FROM studio AS st
    CROSS JOIN trainer AS t
    CROSS JOIN LATERAL (
        SELECT tstzrange(p_start, p_start + make_interval(mins => st.session_minutes)) AS session,
               tstzrange(p_start, p_start + make_interval(mins => st.session_minutes + st.turnaround_minutes)) AS occupied
    ) AS held
    WHERE st.id = p_studio AND t.id = p_trainer
$$;
COMMENT ON FUNCTION slot_facts(integer, integer, timestamptz, timestamptz, bigint) IS
    'What each rule says of one trainer and one start.';
