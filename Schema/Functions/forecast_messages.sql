-- What a batch would do: plans what is due, counts it, and undoes the planning, whose writes end with the inner block. Runs as
-- the owner, so that a reader can ask; PL/pgSQL's variables outlast the block.
CREATE OR REPLACE FUNCTION forecast_messages(p_until timestamptz, p_now timestamptz, p_limit bigint)
RETURNS TABLE (rule text, channel text, studio_id integer, reason text, waits boolean, messages bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_groups jsonb;
BEGIN
    BEGIN
        -- Messages are planned by one transaction at a time; the inner block gives the lock back.
        PERFORM pg_advisory_xact_lock(lock_key('delivery planning'));
        PERFORM plan_messages(NULL, p_until, p_now), plan_days(p_until, p_now), release_messages();
        SELECT jsonb_agg(counted)
        INTO v_groups
        FROM (
            SELECT due.rule, due.channel, due.studio_id, judged.reason, judged.wait_until IS NOT NULL AS waits,
                   count(*) AS messages
            FROM (
                SELECT m.id, m.rule, m.channel, m.studio_id
                FROM message AS m
                WHERE m.status = 'queued' AND m.channel IN ('email', 'sms') AND m.due_at <= p_until
                ORDER BY m.channel, coalesce(m.wait_until, m.due_at), m.id
                LIMIT p_limit
            ) AS due
            JOIN judged_messages(p_now) AS judged ON judged.id = due.id
            GROUP BY 1, 2, 3, 4, 5
        ) AS counted;
        RAISE EXCEPTION 'the forecast is complete' USING ERRCODE = 'IN001';
    EXCEPTION
        WHEN SQLSTATE 'IN001' THEN NULL;
    END;
    RETURN QUERY
        SELECT counted.rule, counted.channel, counted.studio_id, counted.reason, counted.waits, counted.messages
        FROM jsonb_to_recordset(v_groups) AS counted(
            rule text, channel text, studio_id integer, reason text, waits boolean, messages bigint);
END
$$;
COMMENT ON FUNCTION forecast_messages(timestamptz, timestamptz, bigint) IS
    'Counts what a batch would send, skip and leave waiting; changes nothing.';
