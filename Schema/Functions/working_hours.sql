-- When a trainer works at a studio, as instants, for the local dates p_first .. p_last: on each date the weekly hours of
-- the season that began last. Hours that adjoin, also across midnight, come out as one.
CREATE OR REPLACE FUNCTION working_hours(
    p_trainer integer, p_studio integer, p_zone text, p_first date, p_last date
) RETURNS tstzmultirange
LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        range_agg(
            day.during * tstzrange(
                (day.local_date + hours.opens - day.ahead) AT TIME ZONE 'UTC',
                (day.local_date + hours.closes - day.ahead) AT TIME ZONE 'UTC')),
        '{}')
    FROM local_days(p_zone, p_first, p_last) AS day
    CROSS JOIN LATERAL (
        SELECT id
        FROM hours_season
        WHERE trainer_id = p_trainer
          AND studio_id = p_studio
          AND valid_from <= day.local_date
          AND (valid_until IS NULL OR valid_until >= day.local_date)
        ORDER BY valid_from DESC
        LIMIT 1
    ) AS season
    JOIN hours ON hours.season_id = season.id AND hours.weekday = extract(isodow FROM day.local_date)
$$;
COMMENT ON FUNCTION working_hours(integer, integer, text, date, date) IS
    'A trainer''s hours at a studio as instants.';
