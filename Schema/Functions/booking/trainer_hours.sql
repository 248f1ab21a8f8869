-- The working hours of a studio's trainers as instants, for the local dates p_first to p_last: on each date the weekly
-- hours of the season that began last. Adjoining hours, also across midnight, are merged. p_trainer NULL means all
-- trainers. The planner inlines this function and computes the days once, independent of the number of trainers.
CREATE OR REPLACE FUNCTION trainer_hours(p_studio integer, p_trainer integer, p_zone text, p_first date, p_last date)
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
COMMENT ON FUNCTION trainer_hours(integer, integer, text, date, date) IS 'Trainers'' hours at a studio as instants.';
