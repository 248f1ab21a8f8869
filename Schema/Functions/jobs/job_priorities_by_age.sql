-- The priorities, ordered by the oldest waiting job of each.
CREATE OR REPLACE FUNCTION job_priorities_by_age(p_queue text) RETURNS smallint[]
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN ARRAY(
        SELECT level::smallint
        FROM generate_series(1, 4) AS level
        ORDER BY (
            SELECT j.run_at
            FROM job AS j
            WHERE j.queue = p_queue AND j.priority = level AND j.token IS NULL AND j.crashes = 0
            ORDER BY j.run_at, j.id
            LIMIT 1), level);
END
$$;
COMMENT ON FUNCTION job_priorities_by_age(text) IS 'The priorities, ordered by the oldest waiting job of each.';
