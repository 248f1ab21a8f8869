-- The key of an advisory lock. Its name is hashed with a secret of this database: advisory locks need no privilege, and a
-- login that could work the keys out could block every booking of a studio.
CREATE OR REPLACE FUNCTION lock_key(p_name text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN hashtextextended(p_name, (SELECT salt FROM lock_salt));
END
$$;
COMMENT ON FUNCTION lock_key(text) IS 'The key of an advisory lock, which a login without privileges cannot work out.';

-- Opens a piece of work: names the actor and the reason for the event log and takes the locks, those shared first, then
-- the others, each in the order given. Work that can meet gives its keys in one order, and so never deadlocks. Two
-- spellings of one phone number are one lock.
CREATE OR REPLACE FUNCTION begin_work(p_actor text, p_reason text, p_shared text[], p_locks text[]) RETURNS void
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
COMMENT ON FUNCTION begin_work(text, text, text[], text[]) IS 'Names the actor of a transaction and takes its locks.';
