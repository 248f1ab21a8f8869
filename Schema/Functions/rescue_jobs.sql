-- Takes over what runners that died had in hand, and tells how many jobs wait again and how many are dead: a job that was
-- in hand p_max_crashes times when its runner died is taken for the reason. From the second time on it waits for the
-- length of a lease: where runners die in a row for a reason of their own, it is not in hand each time. Just after the
-- server has started nobody is taken for dead: nobody could be heard before.
CREATE OR REPLACE FUNCTION rescue_jobs(p_lease double precision, p_max_crashes integer)
RETURNS TABLE (rescued integer, buried integer)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    v_ids bigint[];
    v_tokens bigint[];
    v_lost bigint[];
BEGIN
    IF pg_postmaster_start_time() > now() - p_lease * interval '1 second' THEN
        RETURN QUERY SELECT 0, 0;
        RETURN;
    END IF;
    UPDATE job_runner
    SET gone_at = now()
    WHERE id = ANY (ARRAY(
        SELECT id
        FROM job_runner
        WHERE gone_at IS NULL AND lease_until < now()
        ORDER BY id
        FOR UPDATE SKIP LOCKED));
    -- In the order of their ids only once they are found: sought in that order, they would be sought among all jobs.
    SELECT array_agg(lost.id), array_agg(lost.token)
    INTO v_ids, v_tokens
    FROM (
        SELECT id, token
        FROM job
        WHERE token IS NOT NULL
          AND NOT EXISTS (SELECT FROM job_runner AS r WHERE r.id = job.runner AND r.gone_at IS NULL)
        LIMIT 10000
    ) AS lost;
    v_lost := ARRAY(
        SELECT job.id
        FROM (SELECT * FROM unnest(v_ids, v_tokens) AS lost (id, token) ORDER BY id) AS lost
        JOIN job ON job.id = lost.id AND job.token = lost.token
        FOR UPDATE OF job SKIP LOCKED);
    WITH gone AS (
        DELETE FROM job
        WHERE id = ANY (v_lost) AND (crashes + 1 >= p_max_crashes OR cancel_requested)
        RETURNING job
    )
    SELECT count(bury_job(
        gone.job, CASE WHEN (gone.job).cancel_requested THEN 'cancelled' ELSE 'crashed' END,
        'its runner died with it in hand'))
    INTO buried
    FROM gone;
    UPDATE job
    SET token = NULL,
        runner = NULL,
        claimed_at = NULL,
        crashes = crashes + 1,
        -- Behind the others: what is next in hand each time would be there each time that a runner dies.
        run_at = now() + CASE WHEN crashes = 0 THEN 0 ELSE p_lease END * interval '1 second',
        errors = job_errors(job, 'its runner died with it in hand')
    WHERE id = ANY (v_lost);
    GET DIAGNOSTICS rescued = ROW_COUNT;
    IF rescued > 0 THEN
        PERFORM pg_notify('jobs', '');
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION rescue_jobs(double precision, integer) IS 'Takes over what runners that died had in hand.';
