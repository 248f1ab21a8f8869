-- Adds the trainers' daily schedules that are due by p_until to the ledger. Returns how many were added.
CREATE OR REPLACE FUNCTION plan_days(p_until timestamptz, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
    RETURN queue_messages('digests', p_until => p_until, p_now => p_now);
END
$$;
COMMENT ON FUNCTION plan_days(timestamptz, timestamptz) IS 'Plans the daily schedules of trainers.';
