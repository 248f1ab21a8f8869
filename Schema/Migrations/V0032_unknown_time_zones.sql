-- Removes the time zones of clients that PostgreSQL does not know: the client's zone is then that of the studio. The
-- constraint of the previous step is committed, so that no such zone can be added at the same time.
--
-- The event log keeps the former zone: the trigger client_events records the change with this reason.
DO $$
DECLARE
    v_zone text;
BEGIN
    PERFORM set_config('intro.reason', 'the database does not know the time zone', true);
    FOR v_zone IN SELECT DISTINCT time_zone FROM client WHERE time_zone IS NOT NULL LOOP
        -- PostgreSQL has no function that tests a name: pg_timezone_names lacks the abbreviations and POSIX rules that
        -- AT TIME ZONE accepts.
        BEGIN
            PERFORM timestamp '2000-01-01' AT TIME ZONE v_zone;
        EXCEPTION
            WHEN invalid_parameter_value THEN UPDATE client SET time_zone = NULL WHERE time_zone = v_zone;
        END;
    END LOOP;
END
$$;
