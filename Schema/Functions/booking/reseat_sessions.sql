-- Assigns free stations to a studio's upcoming sessions on stations that the studio no longer has, in order of their
-- start. A session for which no station is free keeps its station; the caller lists those.
CREATE OR REPLACE FUNCTION reseat_sessions(p_studio integer, p_now timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_session record;
    v_station smallint;
BEGIN
    FOR v_session IN
        SELECT s.id, s.occupied
        FROM session AS s
        JOIN studio ON studio.id = s.studio_id
        WHERE s.studio_id = p_studio
          AND s.status = 'booked'
          AND s.starts_at > p_now - interval '1 day'
          AND s.ends_at > p_now
          AND s.station > studio.stations
        ORDER BY s.starts_at, s.station
    LOOP
        v_station := first_free_station(p_studio, v_session.occupied, p_now, v_session.id);
        IF v_station IS NOT NULL THEN
            UPDATE session SET station = v_station WHERE id = v_session.id;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION reseat_sessions(integer, timestamptz) IS
    'Moves upcoming sessions from removed stations to free ones.';
