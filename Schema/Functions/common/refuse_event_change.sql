-- Events cannot be changed or deleted, not even by the owner. The exceptions are the functions that erase a person's
-- data and that apply the retention periods; they run as the owner and set intro.event_change while they run. No other
-- role has the privilege to change the table.
CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'TRUNCATE' AND current_setting('intro.event_change', true) IN ('erasure', 'retention') THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'events are append-only'
        USING ERRCODE = 'restrict_violation', TABLE = 'event', CONSTRAINT = 'event_is_append_only';
END
$$;
COMMENT ON FUNCTION refuse_event_change() IS 'Keeps the event log append-only, except for erasure and retention.';

CREATE OR REPLACE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change();
