-- Adds a job that has just been deleted to the dead jobs, and returns its id.
CREATE OR REPLACE FUNCTION dead_letter_job(p_job job, p_reason text, p_error text) RETURNS bigint
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
COMMENT ON FUNCTION dead_letter_job(job, text, text) IS 'Adds a job to the dead jobs.';
