-- What has happened stays so: a session leaves "booked" once, and after that nothing about it changes.
CREATE OR REPLACE FUNCTION keep_session_final() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'booked' AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a session that is % does not change', OLD.status
            USING ERRCODE = 'restrict_violation', TABLE = 'session', CONSTRAINT = 'session_stays_final';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION keep_session_final() IS 'Refuses a change of a session that was attended, missed or cancelled.';

CREATE OR REPLACE TRIGGER session_stays_final BEFORE UPDATE ON session
    FOR EACH ROW EXECUTE FUNCTION keep_session_final();
