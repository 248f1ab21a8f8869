-- A session that takes the free session is refused if one of its contacts belonged to an erased client who had used it;
-- booked under an override, it is a waived one.
CREATE OR REPLACE FUNCTION compare_forgotten_contacts() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM forgotten_contact) THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (
        SELECT
        FROM client
        CROSS JOIN LATERAL unnest(client_contacts(email_key, phone) || NEW.named_contacts) AS contact
        JOIN forgotten_contact AS forgotten ON forgotten.digest = contact_hash(contact_key(contact))
        JOIN session ON session.id = forgotten.session_id
        WHERE client.id = NEW.client_id AND session.status IN ('booked', 'attended'))
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' OR NEW.override_reason IS NULL THEN
        RAISE EXCEPTION 'the free session of an erased client was used'
            USING ERRCODE = 'restrict_violation', TABLE = 'session', CONSTRAINT = 'forgotten_free_session';
    END IF;
    NEW.waived := true;
    NEW.waived_rules := NEW.waived_rules || 'intro_already_used'::text;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION compare_forgotten_contacts() IS
    'Refuses a second free session of a person whose personal data was erased.';

CREATE OR REPLACE TRIGGER session_of_new_person BEFORE INSERT ON session
    FOR EACH ROW WHEN (NEW.status IN ('booked', 'attended') AND NOT NEW.waived)
    EXECUTE FUNCTION compare_forgotten_contacts();
CREATE OR REPLACE TRIGGER session_again_of_new_person BEFORE UPDATE OF status ON session
    FOR EACH ROW WHEN (
        NEW.status IN ('booked', 'attended') AND OLD.status NOT IN ('booked', 'attended') AND NOT NEW.waived)
    EXECUTE FUNCTION compare_forgotten_contacts();
