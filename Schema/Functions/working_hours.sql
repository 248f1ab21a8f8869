-- When the trainers of a studio work there, as instants, for the local dates p_first .. p_last: on each date the weekly
-- hours of the season that began last. Hours that adjoin, also across midnight, come out as one. p_trainer NULL means
-- everybody. The planner reads this as it would a view, and looks at the days once, however many trainers there are.
CREATE OR REPLACE FUNCTION rota(p_studio integer, p_trainer integer, p_zone text, p_first date, p_last date)
RETURNS TABLE (trainer_id integer, worked tstzmultirange)
LANGUAGE sql STABLE AS $$
    WITH season AS (
        SELECT id, trainer_id, dates - coalesce(range_agg(dates) OVER later, '{}') AS dates
        FROM hours_season
        CROSS JOIN LATERAL datemultirange(daterange(valid_from, valid_until, '[]')) AS dates
        WHERE studio_id = p_studio AND (p_trainer IS NULL OR trainer_id = p_trainer)
        WINDOW later AS (
            PARTITION BY trainer_id ORDER BY valid_from ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
    ),
    week AS MATERIALIZED (
        SELECT season.trainer_id, season.dates, hours.weekday, hours.opens, hours.closes
        FROM season
        JOIN hours ON hours.season_id = season.id
    )
    SELECT week.trainer_id,
           range_agg(
               day.during * tstzrange(
                   (day.local_date + week.opens - day.ahead) AT TIME ZONE 'UTC',
                   (day.local_date + week.closes - day.ahead) AT TIME ZONE 'UTC'))
    FROM local_days(p_zone, p_first, p_last) AS day
    JOIN week ON week.weekday = extract(isodow FROM day.local_date) AND week.dates @> day.local_date
    GROUP BY week.trainer_id
$$;
COMMENT ON FUNCTION rota(integer, integer, text, date, date) IS 'Trainers'' hours at a studio as instants.';

CREATE OR REPLACE FUNCTION working_hours(
    p_trainer integer, p_studio integer, p_zone text, p_first date, p_last date
) RETURNS tstzmultirange
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((SELECT worked FROM rota(p_studio, p_trainer, p_zone, p_first, p_last)), '{}');
END
$$;
COMMENT ON FUNCTION working_hours(integer, integer, text, date, date) IS
    'A trainer''s hours at a studio as instants.';
