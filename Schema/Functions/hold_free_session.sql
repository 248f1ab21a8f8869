-- Keeps free_session_claim true: a session that is booked or attended claims each contact of its client and of the request
-- that made it, any other claims nothing. The claim's primary key is what makes the session free once, chain-wide, for life.
CREATE OR REPLACE FUNCTION hold_free_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_claims boolean := NEW.status IN ('booked', 'attended') AND NOT NEW.waived;
BEGIN
    -- It runs as the owner: attached to another table, it would write and delete claims for anyone.
    IF TG_RELID <> 'session'::regclass THEN
        RAISE EXCEPTION 'hold_free_session() does not serve the table %', TG_RELID::regclass
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.client_id = OLD.client_id
            AND v_claims = (OLD.status IN ('booked', 'attended') AND NOT OLD.waived)
        THEN
            RETURN NULL;
        END IF;
        DELETE FROM free_session_claim WHERE session_id = NEW.id;
    END IF;
    IF v_claims THEN
        -- In one order, so that two bookings of one person queue up instead of deadlocking.
        INSERT INTO free_session_claim (contact, session_id)
        SELECT DISTINCT contact_key(contact) AS key, NEW.id
        FROM client, unnest(client_contacts(client.email_key, client.phone) || NEW.named_contacts) AS contact
        WHERE client.id = NEW.client_id
        ORDER BY key;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION hold_free_session() IS 'Writes the claims of a session; runs as the owner, so that nobody else can.';

CREATE OR REPLACE TRIGGER session_claims AFTER INSERT OR UPDATE OF status, waived, client_id ON session
    FOR EACH ROW EXECUTE FUNCTION hold_free_session();

-- A contact learnt later is claimed too. One that somebody else has claimed already stays theirs: correcting a phone
-- number must not fail for it.
CREATE OR REPLACE FUNCTION hold_new_contact() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_RELID <> 'client'::regclass THEN
        RAISE EXCEPTION 'hold_new_contact() does not serve the table %', TG_RELID::regclass
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO free_session_claim (contact, session_id)
    SELECT contact, session.id
    FROM session, unnest(client_contacts(NEW.email_key, NEW.phone)) AS contact
    WHERE session.client_id = NEW.id
      AND session.status IN ('booked', 'attended')
      AND NOT session.waived
    ORDER BY contact
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION hold_new_contact() IS 'Extends a person''s claim to a contact learnt later.';

CREATE OR REPLACE TRIGGER client_claims AFTER UPDATE OF email_key, phone ON client
    FOR EACH ROW EXECUTE FUNCTION hold_new_contact();
