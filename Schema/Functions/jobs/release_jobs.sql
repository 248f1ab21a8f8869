-- Releases jobs without changing them, and returns how many of their leases were still held.
CREATE OR REPLACE FUNCTION release_jobs(p_ids bigint[], p_tokens bigint[]) RETURNS integer
LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(cardinality(p_ids), 0) = 0 THEN
        RETURN 0;
    END IF;
    RETURN record_job_results(
        p_ids, p_tokens, array_fill('release'::text, ARRAY[cardinality(p_ids)]),
        array_fill(0::double precision, ARRAY[cardinality(p_ids)]), array_fill(NULL::text, ARRAY[cardinality(p_ids)]));
END
$$;
COMMENT ON FUNCTION release_jobs(bigint[], bigint[]) IS
    'Releases jobs without changing them, if their leases are still held.';
