-- What tells one state of a database from another: a restore to another cluster has another system identifier, a
-- point-in-time recovery and a promotion another timeline, and a dump restored beside the old database another oid. What may
-- not be read is NULL, as is the timeline of a standby server.
CREATE OR REPLACE FUNCTION database_identity()
RETURNS TABLE (system_identifier bigint, timeline integer, database_oid bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    database_oid := (SELECT d.oid::bigint FROM pg_database AS d WHERE d.datname = current_database());
    BEGIN
        system_identifier := (SELECT control.system_identifier FROM pg_control_system() AS control);
    EXCEPTION WHEN insufficient_privilege OR undefined_function OR feature_not_supported THEN
        system_identifier := NULL;
    END;
    BEGIN
        IF NOT pg_is_in_recovery() THEN
            -- The control file names the timeline of the last checkpoint, which a promotion leaves behind for a while.
            timeline := ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::integer;
        END IF;
    EXCEPTION WHEN insufficient_privilege OR undefined_function OR feature_not_supported THEN
        timeline := NULL;
    END;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION database_identity() IS
    'The system identifier, the timeline and the oid of this database; NULL where one cannot be read.';

-- Whether the database is another than the one that an epoch was recorded in.
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
