-- A session leaves the status "booked" once, and does not change afterwards, except by a correction: a transaction
-- that names the session in intro.correction and gives a reason. A correction changes the status and what depends on
-- it, and neither the client nor the time. A session that is cancelled can only become booked.
--
-- erase_client, which runs as the owner, may erase what people have written about the session.
CREATE OR REPLACE FUNCTION refuse_final_session_change() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    v_corrected text[] := ARRAY[
        'status', 'revision', 'station', 'arranged_at', 'cancel_reason', 'cancelled_by'];
    v_erased    text[] := ARRAY['request_id', 'named_contacts', 'override_reason', 'cancel_reason', 'source'];
BEGIN
    IF OLD.status <> 'booked'
        AND NEW IS DISTINCT FROM OLD
        AND NOT (
            current_setting('intro.correction', true) IS NOT DISTINCT FROM OLD.id::text
            AND coalesce(current_setting('intro.reason', true), '') <> ''
            AND NEW.status <> OLD.status
            AND NEW.status <> 'cancelled'
            AND (OLD.status <> 'cancelled' OR NEW.status = 'booked')
            AND to_jsonb(NEW) - v_corrected = to_jsonb(OLD) - v_corrected)
        AND NOT (
            current_setting('intro.event_change', true) IS NOT DISTINCT FROM 'erasure'
            AND EXISTS (SELECT FROM pg_class WHERE oid = TG_RELID AND pg_has_role(current_user, relowner, 'USAGE'))
            AND to_jsonb(NEW) - v_erased = to_jsonb(OLD) - v_erased)
    THEN
        RAISE EXCEPTION 'a session that is % does not change', OLD.status
            USING ERRCODE = 'restrict_violation', TABLE = 'session', CONSTRAINT = 'session_stays_final';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION refuse_final_session_change() IS
    'Refuses to change a session that was attended, missed or cancelled, except by a correction with a reason.';

CREATE OR REPLACE TRIGGER session_stays_final BEFORE UPDATE ON session
    FOR EACH ROW EXECUTE FUNCTION refuse_final_session_change();
