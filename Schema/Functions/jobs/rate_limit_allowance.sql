-- The number of jobs of a queue that may start now, at most p_limit: none while it is paused, and otherwise what its
-- rate limit permits. The rate is spread evenly, with bursts of at most 100 ms (the generic cell rate algorithm, ITU-T
-- I.371). The row lock makes the limit apply to all runners together.
CREATE OR REPLACE FUNCTION rate_limit_allowance(p_queue text, p_limit integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    v_queue job_queue;
    v_now timestamptz;
    v_step interval;
BEGIN
    SELECT * INTO v_queue FROM job_queue WHERE name = p_queue;
    IF v_queue.paused_at IS NOT NULL THEN
        RETURN 0;
    ELSIF v_queue.rate_limit IS NULL THEN
        RETURN p_limit;
    END IF;
    SELECT * INTO v_queue FROM job_queue WHERE name = p_queue FOR UPDATE;
    v_now := clock_timestamp();
    v_step := greatest(v_queue.rate_period / v_queue.rate_limit, interval '1 microsecond');
    RETURN least(p_limit, floor(
        extract(epoch FROM v_now + greatest(v_step, interval '100 ms') - greatest(v_queue.next_at, v_now))
        / extract(epoch FROM v_step)));
END
$$;
COMMENT ON FUNCTION rate_limit_allowance(text, integer) IS 'The number of jobs of a queue that may start now.';
