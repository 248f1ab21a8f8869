-- Removes jobs that are done, and tells how many there were: a lease that another has taken over removes nothing. The
-- rows are looked up, and so locked, in the order of their ids.
CREATE OR REPLACE FUNCTION acknowledge_jobs(p_ids bigint[], p_tokens bigint[]) RETURNS integer
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_removed integer;
BEGIN
    IF cardinality(p_ids) = 0 THEN
        RETURN 0;
    END IF;
    DELETE FROM job
    USING (SELECT id, token FROM unnest(p_ids, p_tokens) AS lease (id, token) ORDER BY id) AS done
    WHERE job.id = done.id AND job.token = done.token;
    GET DIAGNOSTICS v_removed = ROW_COUNT;
    RETURN v_removed;
END
$$;
COMMENT ON FUNCTION acknowledge_jobs(bigint[], bigint[]) IS 'Removes jobs that are done, if their leases still hold.';
