-- The reason why no message may say that a booked session takes place, and its recorded detail; no row otherwise. The
-- planner inlines this function into the calling query.
CREATE OR REPLACE FUNCTION message_obstacle(
    p_studio integer, p_trainer integer, p_starts timestamptz, p_ends timestamptz
) RETURNS TABLE (reason text, detail text)
LANGUAGE sql STABLE AS $$
    SELECT CASE code WHEN 'away' THEN 'trainer_away' WHEN 'closed' THEN 'studio_closed' ELSE code END, detail
    FROM session_obstacle(p_studio, p_trainer, p_starts, p_ends)
$$;
COMMENT ON FUNCTION message_obstacle(integer, integer, timestamptz, timestamptz) IS
    'Why no message may say that a session takes place: trainer_away, studio_closed or trainer_retired; no row '
    'otherwise.';
