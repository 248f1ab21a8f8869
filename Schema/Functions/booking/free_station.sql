-- The first station of a studio that is free for the whole of p_occupied; NULL if all are taken. In PL/pgSQL with a
-- generic plan, which is kept between bookings: an SQL function that is not inlined is planned in every statement that
-- calls it.
CREATE OR REPLACE FUNCTION free_station(p_studio integer, p_occupied tstzrange, p_moving bigint DEFAULT NULL)
RETURNS smallint
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN (
        SELECT min(n)
        FROM (
            SELECT generate_series(1, stations)
            FROM studio
            WHERE id = p_studio
            EXCEPT
            SELECT station
            FROM session
            WHERE studio_id = p_studio
              AND occupied && p_occupied
              AND status IN ('booked', 'attended')
              AND id IS DISTINCT FROM p_moving
        ) AS free (n));
END
$$;
COMMENT ON FUNCTION free_station(integer, tstzrange, bigint) IS 'The first free station, or NULL.';
