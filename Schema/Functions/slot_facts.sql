-- Where else a trainer is that day: the studio whose hours meet the session, or else one where the trainer works on that
-- local date without working here, or else the home studio of a trainer who has no hours here at all. NULL when nothing
-- speaks against asking the trainer to come. Two studios may lie in two cities, so an override does not pass this.
CREATE OR REPLACE FUNCTION working_elsewhere(
    p_trainer integer, p_studio integer, p_zone text, p_starts timestamptz, p_ends timestamptz
) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_date date := (p_starts AT TIME ZONE p_zone)::date;
    v_here boolean := working_hours(p_trainer, p_studio, p_zone, v_date, v_date) <> '{}';
    v_name text;
BEGIN
    SELECT other.name INTO v_name
    FROM (SELECT DISTINCT studio_id FROM hours_season WHERE trainer_id = p_trainer AND studio_id <> p_studio) AS season
    JOIN studio AS other ON other.id = season.studio_id
    CROSS JOIN LATERAL working_hours(p_trainer, other.id, other.time_zone, v_date - 1, v_date + 1) AS worked
    WHERE worked && tstzrange(p_starts, p_ends)
       OR NOT v_here AND worked && tstzrange(start_of_day(v_date, p_zone), start_of_day(v_date + 1, p_zone))
    ORDER BY worked && tstzrange(p_starts, p_ends) DESC, other.name
    LIMIT 1;
    RETURN coalesce(v_name, (
        SELECT home.name
        FROM trainer
        JOIN studio AS home ON home.id = trainer.home_studio_id
        WHERE trainer.id = p_trainer
          AND home.id <> p_studio
          AND NOT EXISTS (SELECT FROM hours_season WHERE trainer_id = p_trainer AND studio_id = p_studio)));
END
$$;
COMMENT ON FUNCTION working_elsewhere(integer, integer, text, timestamptz, timestamptz) IS
    'The name of the other studio where a trainer is that day; NULL when the trainer could come here.';

-- Everything that decides whether one trainer can take one start, rule by rule: why a slot is not on offer, and what an
-- override may waive.
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
           (SELECT reason FROM closure WHERE studio_id = st.id AND during && held.session ORDER BY lower(during) LIMIT 1),
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
               THEN working_elsewhere(t.id, st.id, st.time_zone, lower(held.session), upper(held.session))
           END,
           absence.reason IS NOT NULL,
           nullif(absence.reason, ''),
           mod(extract(epoch FROM (p_start AT TIME ZONE st.time_zone)::time), 60 * st.slot_every_minutes) = 0,
           EXISTS (
               SELECT FROM session
               WHERE trainer_id = t.id
                 AND occupied && held.occupied
                 AND status IN ('booked', 'attended')
                 AND id IS DISTINCT FROM p_moving),
           t.daily_limit,
           sessions_that_day(t.id, st.time_zone, held.date, p_moving),
           free_station(st.id, held.occupied, p_moving)
    FROM studio AS st
    CROSS JOIN trainer AS t
    CROSS JOIN LATERAL (
        SELECT (p_start AT TIME ZONE st.time_zone)::date AS date,
               tstzrange(p_start, p_start + make_interval(mins => st.session_minutes)) AS session,
               tstzrange(p_start, p_start + make_interval(mins => st.session_minutes + st.turnaround_minutes)) AS occupied
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
    'What each rule says about one trainer and one start.';
