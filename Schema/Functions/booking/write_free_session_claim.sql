-- Maintains free_session_claim: a booked or attended session claims each contact of its client and of its booking
-- request; any other session claims none. The primary key of the table enforces one free session per person in the
-- whole chain.
--
-- search_path is that of `setup`: this schema, then pg_temp, so that no temporary table takes precedence. The schema
-- need not be public, so the path cannot be written here.
CREATE OR REPLACE FUNCTION write_free_session_claim() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_claims boolean := NEW.status IN ('booked', 'attended') AND NOT NEW.waived;
BEGIN
    -- Runs as the owner: attached to another table, it would write and delete claims for any login.
    IF TG_RELID <> 'session'::regclass THEN
        RAISE EXCEPTION 'write_free_session_claim() cannot be used on the table %', TG_RELID::regclass
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.client_id = OLD.client_id
            AND NEW.named_contacts = OLD.named_contacts
            AND v_claims = (OLD.status IN ('booked', 'attended') AND NOT OLD.waived)
        THEN
            RETURN NULL;
        END IF;
        -- The claims of contacts that the client has given up since the booking stay.
        DELETE FROM free_session_claim
        WHERE session_id = NEW.id
          AND (NOT v_claims
               OR NEW.client_id <> OLD.client_id
               OR contact IN (SELECT contact_key(named) FROM unnest(OLD.named_contacts) AS named));
    END IF;
    IF v_claims THEN
        -- Sorted, so that two bookings for one person wait for each other instead of deadlocking.
        INSERT INTO free_session_claim (contact, session_id)
        SELECT contact_key(contact) AS key, NEW.id
        FROM client, unnest(client_contacts(client.email_key, client.phone) || NEW.named_contacts) AS contact
        WHERE client.id = NEW.client_id
        EXCEPT
        SELECT contact, session_id
        FROM free_session_claim
        WHERE session_id = NEW.id
        ORDER BY key;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION write_free_session_claim() IS
    'Writes the claims of a session; runs as the owner, so that no other role can write them.';

CREATE OR REPLACE TRIGGER session_claims AFTER INSERT OR UPDATE OF status, waived, client_id, named_contacts ON session
    FOR EACH ROW EXECUTE FUNCTION write_free_session_claim();
