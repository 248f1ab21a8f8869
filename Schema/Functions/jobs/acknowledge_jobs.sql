-- Deletes completed jobs and returns how many; a lease that another runner has taken over deletes nothing. The rows
-- are looked up, and therefore locked, in the order of their ids.
--
-- The settings force index scans, whatever the statistics say of a table that is empty in one minute and holds a
-- million rows in the next.
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
    USING (SELECT id, token FROM unnest(p_ids, p_tokens) AS lease (id, token) ORDER BY id) AS completed
    WHERE job.id = completed.id AND job.token = completed.token;
    GET DIAGNOSTICS v_removed = ROW_COUNT;
    RETURN v_removed;
END
$$;
COMMENT ON FUNCTION acknowledge_jobs(bigint[], bigint[]) IS 'Deletes completed jobs whose leases are still held.';
