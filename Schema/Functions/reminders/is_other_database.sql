-- Whether the current database differs from the one in which an epoch was recorded.
CREATE OR REPLACE FUNCTION is_other_database(p_epoch delivery_epoch) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_found record;
BEGIN
    SELECT * INTO v_found FROM database_identity();
    RETURN coalesce(p_epoch.system_identifier <> v_found.system_identifier, false)
        OR coalesce(p_epoch.timeline <> v_found.timeline, false)
        OR coalesce(p_epoch.database_oid <> v_found.database_oid, false);
END
$$;
COMMENT ON FUNCTION is_other_database(delivery_epoch) IS
    'Whether the database was restored or promoted since an epoch was recorded.';
