-- Takes jobs that are due, under a new lease: those of the first priority first, or of whatever is due longest. Claims
-- never wait for each other. p_after_… tell, per priority, behind which job to look: what lies before was claimed, and
-- while an old snapshot is held, the index is full of it.
--
-- The settings keep to the indexes whatever the statistics say of a table that is empty in one minute and holds a million
-- rows in the next. An idle runner's claim stands between a job and its handler: so whatever is seldom needed is asked for
-- in one look.
CREATE OR REPLACE FUNCTION claim_jobs(
    p_runner bigint, p_queue text, p_kinds text[], p_limit integer, p_oldest_first boolean,
    p_after_run_at timestamptz[], p_after_id bigint[], p_takes_suspect boolean DEFAULT false
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
    v_lanes smallint[] := '{1,2,3,4}';
    v_is_present boolean;
    v_is_restricted boolean;
    v_has_suspect boolean;
    v_token bigint;
    v_claimed bigint;
BEGIN
    SELECT EXISTS (SELECT FROM job_runner AS r WHERE r.id = p_runner AND r.gone_at IS NULL),
           EXISTS (SELECT FROM job_queue AS q WHERE q.name = p_queue),
           p_takes_suspect AND EXISTS (
               SELECT FROM job AS j
               WHERE j.queue = p_queue AND j.token IS NULL AND j.crashes > 0 AND j.run_at <= now())
    INTO v_is_present, v_is_restricted, v_has_suspect;
    IF v_is_restricted THEN
        v_limit := may_start(p_queue, p_limit);
    END IF;
    IF NOT v_is_present THEN
        RETURN;
    END IF;
    IF v_limit > 0 THEN
        IF p_oldest_first THEN
            v_lanes := job_lanes_by_age(p_queue);
        END IF;
        v_token := nextval('job_lease');
        RETURN QUERY
        WITH due AS MATERIALIZED (
            SELECT ready.id
            FROM unnest(v_lanes) AS lane
            CROSS JOIN LATERAL (
                SELECT j.id
                FROM job AS j
                WHERE j.queue = p_queue
                  AND j.priority = lane
                  AND j.token IS NULL
                  AND j.crashes = 0
                  AND j.run_at <= now()
                  AND (j.run_at, j.id) > (coalesce(p_after_run_at[lane], '-infinity'), coalesce(p_after_id[lane], 0))
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
            PERFORM have_started(p_queue, v_claimed);
        END IF;
    END IF;
    IF v_has_suspect THEN
        RETURN QUERY SELECT * FROM claim_suspect(p_runner, p_queue, p_kinds);
    END IF;
END
$$;
COMMENT ON FUNCTION claim_jobs(bigint, text, text[], integer, boolean, timestamptz[], bigint[], boolean) IS
    'Takes jobs that are due, under a new lease.';

-- The priorities in the order of the jobs that are due longest in each.
CREATE OR REPLACE FUNCTION job_lanes_by_age(p_queue text) RETURNS smallint[]
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN ARRAY(
        SELECT lane::smallint
        FROM generate_series(1, 4) AS lane
        ORDER BY (
            SELECT j.run_at
            FROM job AS j
            WHERE j.queue = p_queue AND j.priority = lane AND j.token IS NULL AND j.crashes = 0
            ORDER BY j.run_at, j.id
            LIMIT 1), lane);
END
$$;
COMMENT ON FUNCTION job_lanes_by_age(text) IS 'The priorities in the order of the jobs that are due longest in each.';

-- Takes one job whose runner has died with it in hand. Such jobs come one at a time: the one that kills its runners is
-- then found by itself, and takes no others with it.
CREATE OR REPLACE FUNCTION claim_suspect(p_runner bigint, p_queue text, p_kinds text[])
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
    IF may_start(p_queue, 1) < 1
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
        PERFORM have_started(p_queue, v_claimed);
    END IF;
END
$$;
COMMENT ON FUNCTION claim_suspect(bigint, text, text[]) IS 'Takes one job whose runner has died with it in hand.';
