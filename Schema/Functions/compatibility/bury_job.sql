-- The previous name of dead_letter_job: binaries before this function set call it.
-- Remove it when SchemaFunction.oldestBinary excludes them.
CREATE OR REPLACE FUNCTION bury_job(p_job job, p_reason text, p_error text) RETURNS bigint
LANGUAGE sql AS $$
    SELECT dead_letter_job(p_job, p_reason, p_error)
$$;
COMMENT ON FUNCTION bury_job(job, text, text) IS 'The previous name of dead_letter_job, for older binaries.';
