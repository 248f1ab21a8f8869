-- Who did what, and what was so before: append-only, written by triggers.

CREATE TABLE event (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor      text        NOT NULL,
    reason     text,
    subject    text        NOT NULL,
    subject_id bigint      NOT NULL,
    studio_id  integer,
    action     text        NOT NULL,
    before     jsonb,
    after      jsonb,
    CONSTRAINT event_action_is_known CHECK (action IN ('insert', 'update', 'delete'))
);
CREATE INDEX event_by_subject ON event (subject, subject_id, id);
COMMENT ON TABLE event IS 'Everything that changed: append-only. The schedule as of a past instant is read from it.';
COMMENT ON COLUMN event.id IS 'Key, in the order of writing.';
COMMENT ON COLUMN event.at IS 'When, by the database''s clock.';
COMMENT ON COLUMN event.actor IS 'Who: --as, else the login name, else the database role.';
COMMENT ON COLUMN event.reason IS 'Why, where somebody said so.';
COMMENT ON COLUMN event.subject IS 'The table.';
COMMENT ON COLUMN event.subject_id IS 'The row''s key.';
COMMENT ON COLUMN event.studio_id IS 'The studio concerned, where the row names one.';
COMMENT ON COLUMN event.action IS 'insert, update or delete.';
COMMENT ON COLUMN event.before IS 'The row before; NULL for an insert.';
COMMENT ON COLUMN event.after IS 'The row after; NULL for a delete.';
