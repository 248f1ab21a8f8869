-- A job's errors with one more, the latest twenty.
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
COMMENT ON FUNCTION job_errors(job, text) IS 'A job''s errors with one more.';

-- Writes a job that has just been deleted among the dead, and returns its id.
CREATE OR REPLACE FUNCTION bury_job(p_job job, p_reason text, p_error text) RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO job_dead (
        id, queue, kind, payload, priority, run_at, max_attempts, unique_key, enqueued_at, failures, crashes, errors,
        reason)
    VALUES (
        p_job.id, p_job.queue, p_job.kind, p_job.payload, p_job.priority, p_job.run_at, p_job.max_attempts,
        p_job.unique_key, p_job.enqueued_at, p_job.failures + (p_reason IN ('failed', 'gave_up'))::integer,
        p_job.crashes + (p_reason = 'crashed')::integer, job_errors(p_job, p_error), p_reason);
    RETURN p_job.id;
END
$$;
COMMENT ON FUNCTION bury_job(job, text, text) IS 'Writes a job among the dead.';
