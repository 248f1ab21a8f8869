-- A session that takes the free session is refused if one of its contacts belonged to an erased client who had used it;
-- booked under an override, it is a waived one.
--
-- The contacts are compared again after the session has claimed them. If an erasure was in progress at the first
-- comparison, the claims have waited for its end, and its hashes are visible now: the transaction is to be repeated.
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
    IF TG_WHEN = 'AFTER' THEN
        RAISE EXCEPTION 'the data of a client with these contacts was erased at the same time'
            USING ERRCODE = 'serialization_failure', TABLE = 'session';
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
-- Triggers of an event run in the order of their names: these run after session_claims.
CREATE OR REPLACE TRIGGER session_compared_again_by_insert AFTER INSERT ON session
    FOR EACH ROW WHEN (NEW.status IN ('booked', 'attended') AND NOT NEW.waived)
    EXECUTE FUNCTION compare_forgotten_contacts();
CREATE OR REPLACE TRIGGER session_compared_again_by_update AFTER UPDATE OF status ON session
    FOR EACH ROW WHEN (
        NEW.status IN ('booked', 'attended') AND OLD.status NOT IN ('booked', 'attended') AND NOT NEW.waived)
    EXECUTE FUNCTION compare_forgotten_contacts();
