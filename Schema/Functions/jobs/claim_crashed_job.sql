-- Claims one job whose runner crashed while executing it. Such jobs are claimed one at a time: a job that crashes its
-- runner is identified that way, and does not affect other jobs.
CREATE OR REPLACE FUNCTION claim_crashed_job(p_runner bigint, p_queue text, p_kinds text[])
RETURNS TABLE (
    id bigint, token bigint, kind text, payload text, priority smallint, run_at timestamptz, enqueued_at timestamptz,
    failures integer, crashes integer, max_attempts integer
)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    v_claimed bigint;
BEGIN
    IF rate_limit_allowance(p_queue, 1) < 1
        OR NOT EXISTS (SELECT FROM job_runner AS r WHERE r.id = p_runner AND r.gone_at IS NULL) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH due AS MATERIALIZED (
        SELECT j.id
        FROM job AS j
        WHERE j.queue = p_queue
          AND j.token IS NULL
          AND j.crashes > 0
          AND j.run_at <= now()
          AND j.kind = ANY (p_kinds)
        ORDER BY j.run_at, j.id
        LIMIT 1
        FOR UPDATE SKIP LOCKED
    )
    UPDATE job AS j
    SET token = nextval('job_lease'), runner = p_runner, claimed_at = now()
    FROM due
    WHERE j.id = due.id
    RETURNING j.id, j.token, j.kind, j.payload::text, j.priority, j.run_at, j.enqueued_at, j.failures, j.crashes,
              j.max_attempts;
    GET DIAGNOSTICS v_claimed = ROW_COUNT;
    IF v_claimed > 0 THEN
        PERFORM charge_rate_limit(p_queue, v_claimed);
    END IF;
END
$$;
COMMENT ON FUNCTION claim_crashed_job(bigint, text, text[]) IS
    'Claims one job whose runner crashed while executing it.';
