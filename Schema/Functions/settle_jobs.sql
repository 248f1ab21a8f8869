-- Writes down jobs that were not done, and tells how many of their leases still held. An outcome is one of retry (after a
-- failure, which counts), snooze (the handler asked for a delay), release (given back untouched), or why the job is dead.
-- What somebody has asked to cancel does not come back.
CREATE OR REPLACE FUNCTION settle_jobs(
    p_ids bigint[], p_tokens bigint[], p_outcomes text[], p_delays double precision[], p_errors text[]
) RETURNS integer
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_buried integer;
    v_returned integer;
BEGIN
    -- Locked in the order of their ids, and from here on nobody asks to cancel one unseen.
    PERFORM
    FROM job
    JOIN unnest(p_ids, p_tokens) AS lease (id, token) ON job.id = lease.id AND job.token = lease.token
    ORDER BY job.id
    FOR UPDATE OF job;
    WITH gone AS (
        DELETE FROM job
        USING (
            SELECT *
            FROM unnest(p_ids, p_tokens, p_outcomes, p_errors) AS settled (id, token, outcome, error)
            ORDER BY id
        ) AS settled
        WHERE job.id = settled.id
          AND job.token = settled.token
          AND (settled.outcome NOT IN ('retry', 'snooze', 'release') OR job.cancel_requested)
        RETURNING job, settled.outcome, settled.error
    )
    SELECT count(bury_job(
        gone.job, CASE WHEN outcome IN ('retry', 'snooze', 'release') THEN 'cancelled' ELSE outcome END, error))
    INTO v_buried
    FROM gone;
    UPDATE job
    SET token = NULL,
        runner = NULL,
        claimed_at = NULL,
        failures = failures + (settled.outcome = 'retry')::integer,
        errors = job_errors(job, settled.error),
        run_at = CASE WHEN settled.outcome = 'release' THEN run_at
                      ELSE clock_timestamp() + least(settled.delay, 3155760000) * interval '1 second' END
    FROM (
        SELECT *
        FROM unnest(p_ids, p_tokens, p_outcomes, p_delays, p_errors) AS settled (id, token, outcome, delay, error)
        ORDER BY id
    ) AS settled
    WHERE job.id = settled.id
      AND job.token = settled.token
      AND settled.outcome IN ('retry', 'snooze', 'release');
    GET DIAGNOSTICS v_returned = ROW_COUNT;
    IF 'release' = ANY (p_outcomes) THEN
        PERFORM pg_notify('jobs', '');
    END IF;
    RETURN v_buried + v_returned;
END
$$;
COMMENT ON FUNCTION settle_jobs(bigint[], bigint[], text[], double precision[], text[]) IS
    'Writes down jobs that were not done, if their leases still hold.';

-- Gives jobs back as they were, and tells how many of their leases still held.
CREATE OR REPLACE FUNCTION release_jobs(p_ids bigint[], p_tokens bigint[]) RETURNS integer
LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(cardinality(p_ids), 0) = 0 THEN
        RETURN 0;
    END IF;
    RETURN settle_jobs(
        p_ids, p_tokens, array_fill('release'::text, ARRAY[cardinality(p_ids)]),
        array_fill(0::double precision, ARRAY[cardinality(p_ids)]), array_fill(NULL::text, ARRAY[cardinality(p_ids)]));
END
$$;
COMMENT ON FUNCTION release_jobs(bigint[], bigint[]) IS 'Gives jobs back as they were, if their leases still hold.';
