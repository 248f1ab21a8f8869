-- Giving a contact is consent to messages by that channel until it is withdrawn. Recorded by a trigger, for every way
-- in which a client is added or edited. An existing choice is kept.
CREATE OR REPLACE FUNCTION record_given_consent() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO consent (client_id, channel, scope, granted, at, how, actor)
    SELECT NEW.id, given.channel, scope, true, now(), 'contact_given',
           coalesce(nullif(current_setting('intro.actor', true), ''), session_user)
    FROM (VALUES ('email', NEW.email), ('sms', NEW.phone)) AS given (channel, address)
    CROSS JOIN unnest(ARRAY['session', 'follow_up']) AS scope
    WHERE given.address IS NOT NULL
    ON CONFLICT ON CONSTRAINT consent_key DO NOTHING;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION record_given_consent() IS 'Records consent when a client gives a contact.';

CREATE OR REPLACE TRIGGER client_consents_by_insert AFTER INSERT ON client
    FOR EACH ROW EXECUTE FUNCTION record_given_consent();
CREATE OR REPLACE TRIGGER client_consents_by_update AFTER UPDATE OF email, phone ON client
    FOR EACH ROW WHEN (NEW.email IS DISTINCT FROM OLD.email OR NEW.phone IS DISTINCT FROM OLD.phone)
    EXECUTE FUNCTION record_given_consent();
