-- Identifies one state of a database. A restore to another cluster changes the system identifier; a point-in-time
-- recovery or a promotion changes the timeline; a dump restored beside the old database has another oid. A value that
-- the login may not read is NULL, as is the timeline of a standby server.
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
            -- The control file has the timeline of the last checkpoint, which is outdated for a while after a
            -- promotion.
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
