-- Writes one event for one changed row. The actor and the reason come from the transaction that changed it.
CREATE OR REPLACE FUNCTION record_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    v_after  jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    v_row    jsonb := coalesce(v_after, v_before);
BEGIN
    IF v_before IS DISTINCT FROM v_after THEN
        INSERT INTO event (actor, reason, subject, subject_id, studio_id, action, before, after)
        VALUES (
            coalesce(nullif(current_setting('intro.actor', true), ''), session_user),
            nullif(current_setting('intro.reason', true), ''),
            TG_TABLE_NAME,
            coalesce(v_row ->> 'id', v_row ->> 'season_id')::bigint,
            coalesce(v_row ->> 'studio_id', v_row ->> 'home_studio_id')::integer,
            lower(TG_OP),
            v_before,
            v_after);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION record_event() IS 'Appends to the event log; runs as the owner, so that nobody else needs to write there.';

CREATE OR REPLACE TRIGGER studio_events AFTER INSERT OR UPDATE OR DELETE ON studio
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER closure_events AFTER INSERT OR UPDATE OR DELETE ON closure
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER trainer_events AFTER INSERT OR UPDATE OR DELETE ON trainer
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER hours_season_events AFTER INSERT OR UPDATE OR DELETE ON hours_season
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER hours_events AFTER INSERT OR UPDATE OR DELETE ON hours
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER time_off_events AFTER INSERT OR UPDATE OR DELETE ON time_off
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER client_events AFTER INSERT OR UPDATE OR DELETE ON client
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER session_events AFTER INSERT OR UPDATE OR DELETE ON session
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER reminder_rule_events AFTER INSERT OR UPDATE OR DELETE ON reminder_rule
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER contact_hours_events AFTER INSERT OR UPDATE OR DELETE ON contact_hours
    FOR EACH ROW EXECUTE FUNCTION record_event();
-- The first consent is that of giving a contact, which the client's own event tells.
CREATE OR REPLACE TRIGGER consent_events AFTER UPDATE OR DELETE ON consent
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER suppression_events AFTER INSERT OR UPDATE OR DELETE ON suppression
    FOR EACH ROW EXECUTE FUNCTION record_event();
-- What was unknown and is known now, because somebody found out or had it sent again.
CREATE OR REPLACE TRIGGER message_events AFTER UPDATE OF status ON message
    FOR EACH ROW WHEN (OLD.status IN ('unknown', 'failed') AND NEW.status <> OLD.status) EXECUTE FUNCTION record_event();
