-- The first instant of a local date. Where the clocks are put back over midnight (Havana, the Azores), PostgreSQL reads
-- 00:00 as the second of the two; what follows the last moment of the day before is the first.
CREATE OR REPLACE FUNCTION start_of_day(p_date date, p_zone text) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT least(
        p_date::timestamp AT TIME ZONE p_zone,
        (p_date::timestamp - interval '1 microsecond') AT TIME ZONE p_zone + interval '1 microsecond')
$$;
COMMENT ON FUNCTION start_of_day(date, text) IS 'The first instant of a local date.';
