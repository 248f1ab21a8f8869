-- Opens a piece of work: names the actor and the reason for the event log and takes the locks, those shared first, then
-- the others, each in the order given. Work that can meet gives its keys in one order, and so never deadlocks.
CREATE OR REPLACE FUNCTION begin_work(p_actor text, p_reason text, p_shared text[], p_locks text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_key text;
BEGIN
    PERFORM set_config('intro.actor', p_actor, true), set_config('intro.reason', coalesce(p_reason, ''), true);
    FOREACH v_key IN ARRAY p_shared LOOP
        PERFORM pg_advisory_xact_lock_shared(hashtextextended(v_key, 0));
    END LOOP;
    FOREACH v_key IN ARRAY p_locks LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended(v_key, 0));
    END LOOP;
END
$$;
COMMENT ON FUNCTION begin_work(text, text, text[], text[]) IS 'Names the actor of a transaction and takes its locks.';
