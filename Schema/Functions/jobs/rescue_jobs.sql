-- Releases the jobs of runners that crashed, and returns how many wait again and how many are dead: a job whose runner
-- has crashed p_max_crashes times is treated as the cause. After its second crash a job waits for the duration of a
-- lease, so that it is not executed by each of several runners that crash in a row for another reason. Leases are not
-- checked just after a server start, because no runner could renew its lease before.
--
-- Earlier sets had another name for the second column, which CREATE OR REPLACE cannot change. All binaries read the columns
-- by position.
DO $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_proc
        WHERE oid = to_regprocedure('rescue_jobs(double precision, integer)')
          AND 'buried' = ANY (proargnames))
    THEN
        DROP FUNCTION rescue_jobs(double precision, integer);
    END IF;
END
$$;
CREATE OR REPLACE FUNCTION rescue_jobs(p_lease double precision, p_max_crashes integer)
RETURNS TABLE (rescued integer, dead integer)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    v_ids bigint[];
    v_tokens bigint[];
    v_orphaned bigint[];
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
    -- Sorted by id only after the search: with ORDER BY here, the primary key of all jobs would be scanned.
    SELECT array_agg(orphaned.id), array_agg(orphaned.token)
    INTO v_ids, v_tokens
    FROM (
        SELECT id, token
        FROM job
        WHERE token IS NOT NULL
          AND NOT EXISTS (SELECT FROM job_runner AS r WHERE r.id = job.runner AND r.gone_at IS NULL)
        LIMIT 10000
    ) AS orphaned;
    v_orphaned := ARRAY(
        SELECT job.id
        FROM (SELECT * FROM unnest(v_ids, v_tokens) AS lease (id, token) ORDER BY id) AS orphaned
        JOIN job ON job.id = orphaned.id AND job.token = orphaned.token
        FOR UPDATE OF job SKIP LOCKED);
    WITH removed AS (
        DELETE FROM job
        WHERE id = ANY (v_orphaned) AND (crashes + 1 >= p_max_crashes OR cancel_requested)
        RETURNING job
    )
    SELECT count(dead_letter_job(
        removed.job, CASE WHEN (removed.job).cancel_requested THEN 'cancelled' ELSE 'crashed' END,
        'the runner crashed while executing this job'))
    INTO dead
    FROM removed;
    UPDATE job
    SET token = NULL,
        runner = NULL,
        claimed_at = NULL,
        crashes = crashes + 1,
        -- Behind other jobs: a job that is always claimed next would be running at every crash of a runner.
        run_at = now() + CASE WHEN crashes = 0 THEN 0 ELSE p_lease END * interval '1 second',
        errors = job_errors(job, 'the runner crashed while executing this job')
    WHERE id = ANY (v_orphaned);
    GET DIAGNOSTICS rescued = ROW_COUNT;
    IF rescued > 0 THEN
        PERFORM pg_notify('jobs', '');
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION rescue_jobs(double precision, integer) IS 'Releases the jobs of runners that crashed.';
