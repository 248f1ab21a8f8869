-- The errors of a job with one more; the latest 20 are kept.
CREATE OR REPLACE FUNCTION job_errors(p_job job, p_error text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN p_error IS NULL THEN p_job.errors
        WHEN jsonb_array_length(p_job.errors) >= 20 THEN p_job.errors - 0
        ELSE coalesce(p_job.errors, '[]')
    END || CASE WHEN p_error IS NULL THEN '[]' ELSE jsonb_build_array(jsonb_build_object(
        'at', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'attempt', p_job.failures + p_job.crashes + 1,
        'message', left(p_error, 2000))) END
$$;
COMMENT ON FUNCTION job_errors(job, text) IS 'The errors of a job with one more.';
