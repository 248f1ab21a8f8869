-- A service role that can work but not redefine or forget, and a role that only reads. Both are granted to logins by an
-- operator; where the owner may not create roles, everything else works and the roles are simply not there.

DO $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('intro roles', 0));
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'intro_service') THEN
        CREATE ROLE intro_service NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'intro_reader') THEN
        CREATE ROLE intro_reader NOLOGIN;
    END IF;
EXCEPTION
    -- Roles belong to the whole cluster: another database's migration may have made them a moment ago.
    WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN NULL;
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'intro_service') THEN
        GRANT SELECT, INSERT, UPDATE
            ON studio, closure, trainer, hours_season, hours, time_off, client, session, message TO intro_service;
        -- Weekly hours are replaced, and an absence may be called off: the event log keeps both.
        GRANT DELETE ON hours, time_off TO intro_service;
        GRANT SELECT, INSERT ON delivery_run TO intro_service;
        GRANT SELECT ON reminder_rule, event, free_session_claim, schema_migration, schema_function TO intro_service;
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO intro_service;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'intro_reader') THEN
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO intro_reader;
    END IF;
END
$$;
