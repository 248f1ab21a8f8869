-- What staff know about a client: notes, and the guardian of a client who is a minor. Messages to clients never
-- contain either.

-- NOT VALID, so that the table is not read under an exclusive lock: new and changed rows are checked.
ALTER TABLE client
    ADD COLUMN guardian text,
    ADD CONSTRAINT client_guardian_is_said CHECK (length(guardian) BETWEEN 1 AND 500) NOT VALID;
COMMENT ON COLUMN client.guardian IS 'The parent or guardian of a client who is a minor, as text; NULL if there is none.';

CREATE TABLE client_note (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id bigint      NOT NULL CONSTRAINT client_note_client_exists REFERENCES client,
    at        timestamptz NOT NULL,
    author    text        NOT NULL,
    text      text        NOT NULL,
    CONSTRAINT client_note_has_an_author CHECK (author <> ''),
    CONSTRAINT client_note_is_said CHECK (length(text) BETWEEN 1 AND 500)
);
CREATE INDEX client_note_by_client ON client_note (client_id, id);
COMMENT ON TABLE client_note IS 'Notes about clients, for the desk and the trainer; append-only.';
COMMENT ON COLUMN client_note.id IS 'Key of the row, in the order of writing.';
COMMENT ON COLUMN client_note.client_id IS 'The client.';
COMMENT ON COLUMN client_note.at IS 'When the note was written.';
COMMENT ON COLUMN client_note.author IS 'The actor who wrote it: --as, or the login.';
COMMENT ON COLUMN client_note.text IS 'The note, on one line.';
