-- The previous name of record_job_results: binaries before this function set call it.
-- Remove it when SchemaFunction.oldestBinary excludes them.
CREATE OR REPLACE FUNCTION settle_jobs(
    p_ids bigint[], p_tokens bigint[], p_outcomes text[], p_delays double precision[], p_errors text[]
) RETURNS integer
LANGUAGE sql AS $$
    SELECT record_job_results(p_ids, p_tokens, p_outcomes, p_delays, p_errors)
$$;
COMMENT ON FUNCTION settle_jobs(bigint[], bigint[], text[], double precision[], text[]) IS
    'The previous name of record_job_results, for older binaries.';
