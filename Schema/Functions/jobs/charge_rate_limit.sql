-- Charges claimed jobs to the rate limit of their queue.
CREATE OR REPLACE FUNCTION charge_rate_limit(p_queue text, p_count bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE job_queue
    SET next_at = greatest(next_at, clock_timestamp()) + p_count * (rate_period / rate_limit)
    WHERE name = p_queue AND rate_limit IS NOT NULL AND p_count > 0;
END
$$;
COMMENT ON FUNCTION charge_rate_limit(text, bigint) IS 'Charges claimed jobs to the rate limit of their queue.';
