-- Why a session cannot take place as booked: the trainer has retired, the studio is closed, or the trainer is away; no row
-- when nothing is in the way. The planner inlines it into the calling query.
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
    'Why a session cannot take place as booked: trainer_retired, closed or away; no row when nothing is in the way.';

-- Whether a trainer works at a studio for the whole of a session. The first test answers for almost every session from the
-- weekly hours alone; sessions that cross midnight or a change of the clocks need the hours as instants.
CREATE OR REPLACE FUNCTION is_within_hours(
    p_studio integer, p_trainer integer, p_zone text, p_starts timestamptz, p_ends timestamptz
) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_starts timestamp := p_starts AT TIME ZONE p_zone;
    v_ends   timestamp := p_ends AT TIME ZONE p_zone;
BEGIN
    IF v_ends - v_starts = p_ends - p_starts AND EXISTS (
        SELECT FROM hours
        WHERE season_id = (
                  SELECT id
                  FROM hours_season
                  WHERE studio_id = p_studio
                    AND trainer_id = p_trainer
                    AND valid_from <= v_starts::date
                    AND (valid_until IS NULL OR valid_until >= v_starts::date)
                  ORDER BY valid_from DESC
                  LIMIT 1)
          AND weekday = extract(isodow FROM v_starts)
          AND v_starts >= v_starts::date + opens
          AND v_ends <= v_starts::date + closes)
    THEN
        RETURN true;
    END IF;
    RETURN working_hours(p_trainer, p_studio, p_zone, v_starts::date, v_ends::date) @> tstzrange(p_starts, p_ends);
END
$$;
COMMENT ON FUNCTION is_within_hours(integer, integer, text, timestamptz, timestamptz) IS
    'Whether a trainer works at a studio for the whole of a session.';
