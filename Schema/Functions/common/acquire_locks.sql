-- Sets the actor and the reason for the event log and takes the transaction's advisory locks: first the shared ones,
-- then the exclusive ones, each in the given order. Transactions that can conflict pass their keys in the same order,
-- which prevents deadlocks. Different forms of one phone number are the same lock.
CREATE OR REPLACE FUNCTION acquire_locks(p_actor text, p_reason text, p_shared text[], p_locks text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_salt bigint := (SELECT salt FROM lock_salt);
    v_key  text;
BEGIN
    PERFORM set_config('intro.actor', p_actor, true), set_config('intro.reason', coalesce(p_reason, ''), true);
    FOREACH v_key IN ARRAY p_shared LOOP
        PERFORM pg_advisory_xact_lock_shared(hashtextextended(v_key, v_salt));
    END LOOP;
    FOREACH v_key IN ARRAY p_locks LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended(contact_key(v_key), v_salt));
    END LOOP;
END
$$;
COMMENT ON FUNCTION acquire_locks(text, text, text[], text[]) IS
    'Sets the actor and the reason of a transaction and takes its advisory locks.';
