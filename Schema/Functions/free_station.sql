-- The first station of a studio that is free for all of p_occupied; NULL when there is none.
CREATE OR REPLACE FUNCTION free_station(p_studio integer, p_occupied tstzrange, p_moving bigint DEFAULT NULL)
RETURNS smallint
LANGUAGE sql STABLE AS $$
    SELECT min(n)::smallint
    FROM studio
    CROSS JOIN LATERAL generate_series(1, studio.stations) AS n
    WHERE studio.id = p_studio
      AND NOT EXISTS (
          SELECT FROM session AS s
          WHERE s.studio_id = p_studio
            AND s.station = n
            AND s.occupied && p_occupied
            AND s.status IN ('booked', 'attended')
            AND s.id IS DISTINCT FROM p_moving)
$$;
COMMENT ON FUNCTION free_station(integer, tstzrange, bigint) IS 'The first free station, or NULL.';
