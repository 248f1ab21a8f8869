-- The previous name of acquire_locks: binaries before this function set call it.
-- Remove it when SchemaFunction.oldestBinary excludes them.
CREATE OR REPLACE FUNCTION begin_work(p_actor text, p_reason text, p_shared text[], p_locks text[]) RETURNS void
LANGUAGE sql AS $$
    SELECT acquire_locks(p_actor, p_reason, p_shared, p_locks)
$$;
COMMENT ON FUNCTION begin_work(text, text, text[], text[]) IS 'The previous name of acquire_locks, for older binaries.';
