-- The reason why a booked session cannot take place: the trainer has retired, the studio is closed, or the trainer is
-- away; no row otherwise. The planner inlines this function into the calling query.
--
-- A session before the trainer retired is not affected. Of a session to come, the test is the same as that for NULL in
-- open_slots and slot_facts: `intro trainer retire` stores the current time, never a later one.
CREATE OR REPLACE FUNCTION session_obstacle(
    p_studio integer, p_trainer integer, p_starts timestamptz, p_ends timestamptz
) RETURNS TABLE (code text, detail text)
LANGUAGE sql STABLE AS $$
    SELECT obstacle.code, obstacle.detail
    FROM (
        SELECT 1 AS rank, 'trainer_retired' AS code, NULL AS detail
        FROM trainer
        WHERE id = p_trainer AND retired_at <= p_starts
        UNION ALL
        SELECT 2, 'closed', reason
        FROM closure
        WHERE studio_id = p_studio AND during && tstzrange(p_starts, p_ends)
        UNION ALL
        SELECT 3, 'away', reason
        FROM time_off
        WHERE trainer_id = p_trainer AND during && tstzrange(p_starts, p_ends)
    ) AS obstacle
    ORDER BY obstacle.rank
    LIMIT 1
$$;
COMMENT ON FUNCTION session_obstacle(integer, integer, timestamptz, timestamptz) IS
    'Why a booked session cannot take place: trainer_retired, closed or away; no row otherwise.';
