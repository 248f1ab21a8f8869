-- What a restored or promoted database needs: its identity as senders know it, and which senders have compared their journals
-- with it.

CREATE TABLE delivery_epoch (
    id                bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT delivery_epoch_pkey PRIMARY KEY,
    token             uuid        NOT NULL DEFAULT gen_random_uuid(),
    cause             text        NOT NULL,
    system_identifier bigint,
    timeline          integer,
    database_oid      bigint,
    noticed_at        timestamptz NOT NULL DEFAULT now(),
    due_before        timestamptz,
    sent_since        timestamptz,
    ended_at          timestamptz,
    CONSTRAINT delivery_epoch_cause_is_known CHECK (cause IN ('created', 'database_changed', 'journal_ahead')),
    CONSTRAINT delivery_epoch_change_holds_messages CHECK ((cause = 'created') = (due_before IS NULL)),
    CONSTRAINT delivery_epoch_decision_ends_it CHECK (sent_since IS NULL OR ended_at IS NOT NULL)
);
COMMENT ON TABLE delivery_epoch IS
    'Each period in which the database kept what senders wrote: a new one begins when it was restored or promoted.';
COMMENT ON COLUMN delivery_epoch.id IS 'Key; the highest is the present one.';
COMMENT ON COLUMN delivery_epoch.token IS
    'The random name under which journals know the epoch. That of the first epoch names the database, and its journals.';
COMMENT ON COLUMN delivery_epoch.cause IS
    'created: the first epoch. database_changed: the identity of the database changed. journal_ahead: a journal lists a run that the database does not have.';
COMMENT ON COLUMN delivery_epoch.system_identifier IS
    'The system identifier of the cluster; NULL where it cannot be read, and before the first message was sent.';
COMMENT ON COLUMN delivery_epoch.timeline IS 'The timeline of the cluster; NULL as above.';
COMMENT ON COLUMN delivery_epoch.database_oid IS 'The oid of the database in its cluster; NULL before the first message was sent.';
COMMENT ON COLUMN delivery_epoch.noticed_at IS 'When a sender noticed it, by the database''s clock.';
COMMENT ON COLUMN delivery_epoch.due_before IS
    'Messages due until then may have been sent already, and wait for all senders; NULL for the first epoch.';
COMMENT ON COLUMN delivery_epoch.sent_since IS
    'Messages due from then on were marked as unknown by an operator; NULL where all were sent.';
COMMENT ON COLUMN delivery_epoch.ended_at IS 'When an operator ended the wait of messages; NULL where none did.';

-- The first epoch; the first sender gives it the identity of the database, and a token of its own.
INSERT INTO delivery_epoch (cause) VALUES ('created');

CREATE TABLE delivery_sender (
    journal        uuid        CONSTRAINT delivery_sender_pkey PRIMARY KEY,
    host           text        NOT NULL,
    last_active_at timestamptz NOT NULL DEFAULT now(),
    reconciliation text        NOT NULL DEFAULT 'done',
    CONSTRAINT delivery_sender_reconciliation_is_known CHECK (reconciliation IN ('done', 'awaited', 'missing'))
);
COMMENT ON TABLE delivery_sender IS 'The senders of messages, by the journal that each keeps outside the database.';
COMMENT ON COLUMN delivery_sender.journal IS 'The id of the journal; all processes with one INTRO_HOME share it.';
COMMENT ON COLUMN delivery_sender.host IS 'The host on which it was last in use.';
COMMENT ON COLUMN delivery_sender.last_active_at IS
    'When a batch was last sent with it, by the database''s clock, to within ten minutes.';
COMMENT ON COLUMN delivery_sender.reconciliation IS
    'done: its journal was compared with the database. awaited: it was not yet, and messages wait. missing: a new sender came instead of it, and messages are held.';
