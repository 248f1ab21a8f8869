-- How many jobs of a queue may start now: none while it is paused; where it is limited, what its rate leaves. The rate is
-- spread evenly, in spurts of no more than a tenth of a second (the generic cell rate algorithm, ITU-T I.371); the row's
-- lock makes all runners count as one.
CREATE OR REPLACE FUNCTION may_start(p_queue text, p_limit integer) RETURNS integer
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
COMMENT ON FUNCTION may_start(text, integer) IS 'How many jobs of a queue may start now.';

-- Counts jobs that have been claimed against their queue's rate.
CREATE OR REPLACE FUNCTION have_started(p_queue text, p_count bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE job_queue
    SET next_at = greatest(next_at, clock_timestamp()) + p_count * (rate_period / rate_limit)
    WHERE name = p_queue AND rate_limit IS NOT NULL AND p_count > 0;
END
$$;
COMMENT ON FUNCTION have_started(text, bigint) IS 'Counts claimed jobs against their queue''s rate.';
