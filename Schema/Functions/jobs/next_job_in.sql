-- The seconds until the next job of the given kinds can start in a queue; NULL if none waits or the queue is paused. A
-- job can be due and unable to start because of the queue's rate limit.
CREATE OR REPLACE FUNCTION next_job_in(
    p_queue text, p_kinds text[], OUT is_due boolean, OUT seconds double precision
)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_queue job_queue;
    v_run_at timestamptz;
BEGIN
    is_due := false;
    SELECT * INTO v_queue FROM job_queue WHERE name = p_queue;
    IF v_queue.paused_at IS NOT NULL THEN
        RETURN;
    END IF;
    SELECT min(first.run_at) INTO v_run_at
    FROM (
        SELECT (
            SELECT j.run_at
            FROM job AS j
            WHERE j.queue = p_queue
              AND j.priority = level
              AND j.token IS NULL
              AND j.crashes = 0
              AND j.kind = ANY (p_kinds)
            ORDER BY j.run_at, j.id
            LIMIT 1) AS run_at
        FROM generate_series(1, 4) AS level
        UNION ALL
        SELECT (
            SELECT j.run_at
            FROM job AS j
            WHERE j.queue = p_queue AND j.token IS NULL AND j.crashes > 0 AND j.kind = ANY (p_kinds)
            ORDER BY j.run_at, j.id
            LIMIT 1)
    ) AS first;
    is_due := coalesce(v_run_at <= clock_timestamp(), false);
    seconds := extract(epoch FROM greatest(v_run_at, CASE WHEN v_run_at IS NOT NULL THEN v_queue.next_at END)
        - clock_timestamp());
END
$$;
COMMENT ON FUNCTION next_job_in(text, text[]) IS 'The seconds until the next job can start.';
