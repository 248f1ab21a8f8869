-- Claims contacts that are added to a client after the booking. A contact that another client has claimed is left as
-- it is, because correcting a phone number must not fail.
--
-- search_path is that of `setup`: this schema, then pg_temp, so that no temporary table takes precedence. The schema
-- need not be public, so the path cannot be written here.
CREATE OR REPLACE FUNCTION extend_free_session_claim() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_RELID <> 'client'::regclass THEN
        RAISE EXCEPTION 'extend_free_session_claim() cannot be used on the table %', TG_RELID::regclass
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
COMMENT ON FUNCTION extend_free_session_claim() IS 'Extends a person''s claim to contacts added after the booking.';

CREATE OR REPLACE TRIGGER client_claims AFTER UPDATE OF email_key, phone ON client
    FOR EACH ROW EXECUTE FUNCTION extend_free_session_claim();
