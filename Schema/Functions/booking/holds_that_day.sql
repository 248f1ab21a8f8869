-- The number of unexpired holds of a trainer's time at all studios on a local date of a time zone; alternatives with
-- one key count once. The holds for the session p_moving are ignored.
CREATE OR REPLACE FUNCTION holds_that_day(
    p_trainer integer, p_zone text, p_date date, p_now timestamptz, p_moving bigint DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT count(DISTINCT key)
        FROM active_holds(p_now, p_moving)
        WHERE trainer_id = p_trainer
          AND occupied && tstzrange(start_of_day(p_date, p_zone), start_of_day(p_date + 1, p_zone))
          AND starts_at >= start_of_day(p_date, p_zone));
END
$$;
COMMENT ON FUNCTION holds_that_day(integer, text, date, timestamptz, bigint) IS
    'The number of unexpired holds of a trainer on a local date.';
