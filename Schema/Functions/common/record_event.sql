-- Writes one event for each changed row. The actor and the reason are set by the transaction and can be anything that
-- the login chooses; the login is recorded by the server. Runs as the owner, and therefore only on tables of this
-- schema: otherwise a login could attach it to a temporary table and write events of its own.
--
-- Times are written in one form, whatever the settings of the login that makes the change: verify compares them with
-- the rows.
--
-- search_path is that of `setup`: this schema, then pg_temp, so that no temporary table takes precedence. The schema
-- need not be public, so the path cannot be written here.
CREATE OR REPLACE FUNCTION record_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT
SET DateStyle = 'ISO, YMD'
SET TimeZone = 'UTC' AS $$
DECLARE
    v_before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    v_after  jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    v_row    jsonb := coalesce(v_after, v_before);
BEGIN
    IF TG_TABLE_SCHEMA <> current_schema() THEN
        RAISE EXCEPTION 'record_event() cannot be used on the table %.%', TG_TABLE_SCHEMA, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- The token of the unsubscribe link authenticates the client, like a password.
    IF TG_TABLE_NAME = 'client' THEN
        v_before := v_before - 'unsubscribe_token';
        v_after := v_after - 'unsubscribe_token';
    END IF;
    -- A returned message contains that link.
    IF TG_TABLE_NAME = 'inbound_mail' THEN
        v_before := v_before - 'excerpt' - 'digest';
        v_after := v_after - 'excerpt' - 'digest';
    END IF;
    IF v_before IS DISTINCT FROM v_after THEN
        INSERT INTO event (actor, reason, subject, subject_id, studio_id, action, before, after)
        VALUES (
            coalesce(nullif(current_setting('intro.actor', true), ''), session_user),
            nullif(current_setting('intro.reason', true), ''),
            TG_TABLE_NAME,
            coalesce(v_row ->> 'id', v_row ->> 'season_id', '0')::bigint,
            coalesce(v_row ->> 'studio_id', v_row ->> 'home_studio_id')::integer,
            lower(TG_OP),
            v_before,
            v_after);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION record_event() IS
    'Appends to the event log; runs as the owner, so that no other role needs to write there.';

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
CREATE OR REPLACE TRIGGER client_note_events AFTER INSERT OR UPDATE OR DELETE ON client_note
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER session_events AFTER INSERT OR UPDATE OR DELETE ON session
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER hold_events AFTER INSERT OR UPDATE OR DELETE ON hold
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER reminder_rule_events AFTER INSERT OR UPDATE OR DELETE ON reminder_rule
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER contact_hours_events AFTER INSERT OR UPDATE OR DELETE ON contact_hours
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER consent_events AFTER INSERT OR UPDATE OR DELETE ON consent
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER suppression_events AFTER INSERT OR UPDATE OR DELETE ON suppression
    FOR EACH ROW EXECUTE FUNCTION record_event();
-- A change from a final status is a correction by a person or by a delivery report, and an outcome without an attempt
-- was set by a person. The actions of senders are recorded in the ledger.
CREATE OR REPLACE TRIGGER message_events AFTER UPDATE OF status ON message
    FOR EACH ROW WHEN (
        OLD.status NOT IN ('queued', 'attempting') AND NEW.status <> OLD.status
        OR OLD.status = 'queued' AND NEW.status IN ('sent', 'failed', 'unknown'))
    EXECUTE FUNCTION record_event();
-- Copies are requested by a person.
CREATE OR REPLACE TRIGGER message_copy_events AFTER INSERT ON message
    FOR EACH ROW WHEN (NEW.copy > 0) EXECUTE FUNCTION record_event();
-- The application never deletes rows of the ledger.
CREATE OR REPLACE TRIGGER message_removal_events AFTER DELETE ON message
    FOR EACH ROW EXECUTE FUNCTION record_event();
-- Restored or promoted databases, and the decisions of operators about their messages.
CREATE OR REPLACE TRIGGER delivery_epoch_events AFTER INSERT ON delivery_epoch
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER delivery_epoch_end_events AFTER UPDATE ON delivery_epoch
    FOR EACH ROW WHEN (NEW.ended_at IS DISTINCT FROM OLD.ended_at) EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER inbound_text_events AFTER INSERT OR DELETE ON inbound_text
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER inbound_text_done_events AFTER UPDATE ON inbound_text
    FOR EACH ROW WHEN (NEW.done_at IS DISTINCT FROM OLD.done_at OR NEW.body <> OLD.body OR NEW.action <> OLD.action)
    EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER inbound_mail_done_events AFTER UPDATE ON inbound_mail
    FOR EACH ROW WHEN (NEW.done_at IS DISTINCT FROM OLD.done_at) EXECUTE FUNCTION record_event();
-- Queues that were paused or resumed, jobs that a person cancelled, and dead jobs that were added, retried or
-- discarded.
CREATE OR REPLACE TRIGGER job_queue_events AFTER INSERT OR DELETE ON job_queue
    FOR EACH ROW EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER job_queue_pause_events AFTER UPDATE ON job_queue
    FOR EACH ROW WHEN (
        NEW.paused_at IS DISTINCT FROM OLD.paused_at
        OR NEW.rate_limit IS DISTINCT FROM OLD.rate_limit
        OR NEW.rate_period IS DISTINCT FROM OLD.rate_period)
    EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER job_cancel_events AFTER UPDATE OF cancel_requested ON job
    FOR EACH ROW WHEN (NEW.cancel_requested AND NOT OLD.cancel_requested) EXECUTE FUNCTION record_event();
CREATE OR REPLACE TRIGGER job_dead_events AFTER INSERT OR DELETE ON job_dead
    FOR EACH ROW EXECUTE FUNCTION record_event();
