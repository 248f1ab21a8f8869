-- A client whose personal data was erased does not change, and gets no session, note or consent; their final sessions
-- are not corrected.
--
-- FOR SHARE waits for an erasure in progress, and makes later changes of the client's row wait for the new session: a
-- change of the contacts then sees the session, so that extend_free_session_claim claims the new contacts for it. The lock
-- of the foreign key, FOR KEY SHARE, does neither.
CREATE OR REPLACE FUNCTION refuse_forgotten_client() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    v_client bigint;
    v_erased timestamptz;
BEGIN
    IF TG_TABLE_NAME = 'client' THEN
        v_client := NEW.id;
    ELSE
        v_client := NEW.client_id;
    END IF;
    SELECT forgotten_at INTO v_erased FROM client WHERE id = v_client FOR SHARE;
    IF v_erased IS NOT NULL THEN
        RAISE EXCEPTION 'the personal data of the client was erased'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'client_is_not_forgotten';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION refuse_forgotten_client() IS 'Refuses changes of a client whose personal data was erased.';

CREATE OR REPLACE TRIGGER client_stays_forgotten BEFORE UPDATE ON client
    FOR EACH ROW WHEN (OLD.forgotten_at IS NOT NULL) EXECUTE FUNCTION refuse_forgotten_client();
CREATE OR REPLACE TRIGGER client_note_of_known_client BEFORE INSERT ON client_note
    FOR EACH ROW EXECUTE FUNCTION refuse_forgotten_client();
CREATE OR REPLACE TRIGGER consent_of_known_client BEFORE INSERT OR UPDATE ON consent
    FOR EACH ROW EXECUTE FUNCTION refuse_forgotten_client();
CREATE OR REPLACE TRIGGER session_of_known_client BEFORE INSERT OR UPDATE OF client_id ON session
    FOR EACH ROW EXECUTE FUNCTION refuse_forgotten_client();
CREATE OR REPLACE TRIGGER session_correction_of_known_client BEFORE UPDATE OF status ON session
    FOR EACH ROW WHEN (OLD.status <> 'booked' AND NEW.status <> OLD.status)
    EXECUTE FUNCTION refuse_forgotten_client();
