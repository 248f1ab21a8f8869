-- The number of a trainer's booked and attended sessions at all studios on a local date of a time zone. In PL/pgSQL,
-- which keeps the plan: an SQL function that is not inlined is planned in every statement that calls it.
CREATE OR REPLACE FUNCTION sessions_that_day(
    p_trainer integer, p_zone text, p_date date, p_moving bigint DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT count(*)
        FROM session
        WHERE trainer_id = p_trainer
          AND starts_at >= start_of_day(p_date, p_zone)
          AND starts_at < start_of_day(p_date + 1, p_zone)
          AND status IN ('booked', 'attended')
          AND id IS DISTINCT FROM p_moving);
END
$$;
COMMENT ON FUNCTION sessions_that_day(integer, text, date, bigint) IS
    'The number of a trainer''s booked and attended sessions on a local date.';
