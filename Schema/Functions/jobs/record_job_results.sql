-- Records the results of jobs that were not completed, and returns how many of their leases were still held. An
-- outcome is retry (after a failure, which counts), snooze (the handler requested a delay), release (nothing changes),
-- or the reason why the job is dead. A job whose cancellation was requested does not wait again.
CREATE OR REPLACE FUNCTION record_job_results(
    p_ids bigint[], p_tokens bigint[], p_outcomes text[], p_delays double precision[], p_errors text[]
) RETURNS integer
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_dead integer;
    v_returned integer;
BEGIN
    -- Locks in the order of the ids; after this, no cancellation can be requested unnoticed.
    PERFORM
    FROM job
    JOIN unnest(p_ids, p_tokens) AS lease (id, token) ON job.id = lease.id AND job.token = lease.token
    ORDER BY job.id
    FOR UPDATE OF job;
    WITH removed AS (
        DELETE FROM job
        USING (
            SELECT *
            FROM unnest(p_ids, p_tokens, p_outcomes, p_errors) AS result (id, token, outcome, error)
            ORDER BY id
        ) AS result
        WHERE job.id = result.id
          AND job.token = result.token
          AND (result.outcome NOT IN ('retry', 'snooze', 'release') OR job.cancel_requested)
        RETURNING job, result.outcome, result.error
    )
    SELECT count(dead_letter_job(
        removed.job, CASE WHEN outcome IN ('retry', 'snooze', 'release') THEN 'cancelled' ELSE outcome END, error))
    INTO v_dead
    FROM removed;
    UPDATE job
    SET token = NULL,
        runner = NULL,
        claimed_at = NULL,
        failures = failures + (result.outcome = 'retry')::integer,
        errors = job_errors(job, result.error),
        run_at = CASE WHEN result.outcome = 'release' THEN run_at
                      ELSE clock_timestamp() + least(result.delay, 3155760000) * interval '1 second' END
    FROM (
        SELECT *
        FROM unnest(p_ids, p_tokens, p_outcomes, p_delays, p_errors) AS result (id, token, outcome, delay, error)
        ORDER BY id
    ) AS result
    WHERE job.id = result.id
      AND job.token = result.token
      AND result.outcome IN ('retry', 'snooze', 'release');
    GET DIAGNOSTICS v_returned = ROW_COUNT;
    IF 'release' = ANY (p_outcomes) THEN
        PERFORM pg_notify('jobs', '');
    END IF;
    RETURN v_dead + v_returned;
END
$$;
COMMENT ON FUNCTION record_job_results(bigint[], bigint[], text[], double precision[], text[]) IS
    'Records the results of jobs that were not completed, if their leases are still held.';
