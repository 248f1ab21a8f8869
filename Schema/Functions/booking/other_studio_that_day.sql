-- The other studio at which a trainer works that day: the one whose hours overlap the session; otherwise one where the
-- trainer works on that local date while having no hours here; otherwise the home studio of a trainer who has no hours
-- here at all. NULL if the trainer could come here. An override does not waive this, since two studios may be in two
-- cities.
CREATE OR REPLACE FUNCTION other_studio_that_day(
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
COMMENT ON FUNCTION other_studio_that_day(integer, integer, text, timestamptz, timestamptz) IS
    'The name of the other studio at which a trainer works that day; NULL if the trainer could come here.';
