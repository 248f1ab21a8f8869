-- Claims due jobs under a new lease: by priority, or oldest first. Claims never wait for each other. p_after_run_at
-- and p_after_id give, for each priority, the job after which to search: the entries before it were claimed, and
-- remain in the index as long as an old snapshot is held.
--
-- The settings force index scans, whatever the statistics say of a table that is empty in one minute and holds a
-- million rows in the next. An idle runner's claim is on the path between a job and its handler: the rarely needed
-- facts are therefore read in one query.
--
-- Earlier sets had another name for the last parameter, which CREATE OR REPLACE cannot change. All binaries pass the
-- parameters by position.
DO $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_proc
        WHERE oid = to_regprocedure('claim_jobs(bigint, text, text[], integer, boolean, timestamptz[], bigint[], boolean)')
          AND 'p_takes_suspect' = ANY (proargnames))
    THEN
        DROP FUNCTION claim_jobs(bigint, text, text[], integer, boolean, timestamptz[], bigint[], boolean);
    END IF;
END
$$;
CREATE OR REPLACE FUNCTION claim_jobs(
    p_runner bigint, p_queue text, p_kinds text[], p_limit integer, p_oldest_first boolean,
    p_after_run_at timestamptz[], p_after_id bigint[], p_takes_crashed boolean DEFAULT false
)
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
    v_limit integer := p_limit;
    v_priorities smallint[] := '{1,2,3,4}';
    v_is_active boolean;
    v_is_restricted boolean;
    v_has_crashed boolean;
    v_token bigint;
    v_claimed bigint;
BEGIN
    SELECT EXISTS (SELECT FROM job_runner AS r WHERE r.id = p_runner AND r.gone_at IS NULL),
           EXISTS (SELECT FROM job_queue AS q WHERE q.name = p_queue),
           p_takes_crashed AND EXISTS (
               SELECT FROM job AS j
               WHERE j.queue = p_queue AND j.token IS NULL AND j.crashes > 0 AND j.run_at <= now())
    INTO v_is_active, v_is_restricted, v_has_crashed;
    IF v_is_restricted THEN
        v_limit := rate_limit_allowance(p_queue, p_limit);
    END IF;
    IF NOT v_is_active THEN
        RETURN;
    END IF;
    IF v_limit > 0 THEN
        IF p_oldest_first THEN
            v_priorities := job_priorities_by_age(p_queue);
        END IF;
        v_token := nextval('job_lease');
        RETURN QUERY
        WITH due AS MATERIALIZED (
            SELECT ready.id
            FROM unnest(v_priorities) AS level
            CROSS JOIN LATERAL (
                SELECT j.id
                FROM job AS j
                WHERE j.queue = p_queue
                  AND j.priority = level
                  AND j.token IS NULL
                  AND j.crashes = 0
                  AND j.run_at <= now()
                  AND (j.run_at, j.id) > (coalesce(p_after_run_at[level], '-infinity'), coalesce(p_after_id[level], 0))
                  AND j.kind = ANY (p_kinds)
                ORDER BY j.run_at, j.id
                LIMIT v_limit
                FOR UPDATE SKIP LOCKED
            ) AS ready
            LIMIT v_limit
        )
        UPDATE job AS j
        SET token = v_token, runner = p_runner, claimed_at = now()
        FROM due
        WHERE j.id = due.id
        RETURNING j.id, j.token, j.kind, j.payload::text, j.priority, j.run_at, j.enqueued_at, j.failures, j.crashes,
                  j.max_attempts;
        IF v_is_restricted THEN
            GET DIAGNOSTICS v_claimed = ROW_COUNT;
            PERFORM charge_rate_limit(p_queue, v_claimed);
        END IF;
    END IF;
    IF v_has_crashed THEN
        RETURN QUERY SELECT * FROM claim_crashed_job(p_runner, p_queue, p_kinds);
    END IF;
END
$$;
COMMENT ON FUNCTION claim_jobs(bigint, text, text[], integer, boolean, timestamptz[], bigint[], boolean) IS
    'Claims due jobs under a new lease.';
