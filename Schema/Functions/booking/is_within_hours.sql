-- Whether a trainer works at a studio during the whole of a session. The first test uses only the weekly hours and
-- decides almost all sessions; those that cross midnight or a clock change need the hours as instants.
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
    'Whether a trainer works at a studio during the whole of a session.';
