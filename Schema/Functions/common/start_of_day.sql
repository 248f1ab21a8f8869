-- The first instant of a local date. Where the clocks are put back over midnight (Havana, the Azores), PostgreSQL
-- resolves 00:00 to the second of the two instants; the instant after the last moment of the previous day is the
-- first.
CREATE OR REPLACE FUNCTION start_of_day(p_date date, p_zone text) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT least(
        p_date::timestamp AT TIME ZONE p_zone,
        (p_date::timestamp - interval '1 microsecond') AT TIME ZONE p_zone + interval '1 microsecond')
$$;
COMMENT ON FUNCTION start_of_day(date, text) IS 'The first instant of a local date.';
