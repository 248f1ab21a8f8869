-- Events cannot be changed or deleted, not even by the owner.
CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only'
        USING ERRCODE = 'restrict_violation', TABLE = 'event', CONSTRAINT = 'event_is_append_only';
END
$$;
COMMENT ON FUNCTION refuse_event_change() IS 'Keeps the event log append-only.';

CREATE OR REPLACE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change();
