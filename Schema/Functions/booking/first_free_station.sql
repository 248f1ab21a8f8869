-- The first station of a studio that neither a session nor an unexpired hold occupies in p_occupied; NULL if all are
-- taken. The session p_moving and the holds for it are ignored. In PL/pgSQL with a generic plan, which is kept between
-- bookings: an SQL function that is not inlined is planned in every statement that calls it.
CREATE OR REPLACE FUNCTION first_free_station(
    p_studio integer, p_occupied tstzrange, p_now timestamptz, p_moving bigint DEFAULT NULL
) RETURNS smallint
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
            EXCEPT
            SELECT station
            FROM active_holds(p_now, p_moving)
            WHERE studio_id = p_studio AND occupied && p_occupied
        ) AS free (n));
END
$$;
COMMENT ON FUNCTION first_free_station(integer, tstzrange, timestamptz, bigint) IS
    'The first station without a session or hold, or NULL.';
