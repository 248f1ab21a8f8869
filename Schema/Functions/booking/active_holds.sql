-- The holds that occupy their slot at p_now, like a session: those in force and not expired. The holds for the session
-- p_moving are ignored. The planner inlines this function.
CREATE OR REPLACE FUNCTION active_holds(p_now timestamptz, p_moving bigint DEFAULT NULL) RETURNS SETOF hold
LANGUAGE sql STABLE AS $$
    SELECT hold.*
    FROM hold
    WHERE hold.status = 'held'
      AND hold.expires_at > p_now
      AND coalesce(hold.session_id <> p_moving, true)
$$;
COMMENT ON FUNCTION active_holds(timestamptz, bigint) IS
    'The holds that occupy their slot at an instant, except those for a session that is moved.';
