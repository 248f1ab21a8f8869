-- A session leaves the status "booked" once, and does not change afterwards.
CREATE OR REPLACE FUNCTION refuse_final_session_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'booked' AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a session that is % does not change', OLD.status
            USING ERRCODE = 'restrict_violation', TABLE = 'session', CONSTRAINT = 'session_stays_final';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION refuse_final_session_change() IS
    'Refuses to change a session that was attended, missed or cancelled.';

CREATE OR REPLACE TRIGGER session_stays_final BEFORE UPDATE ON session
    FOR EACH ROW EXECUTE FUNCTION refuse_final_session_change();
