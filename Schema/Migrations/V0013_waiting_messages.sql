-- What messages wait for is stored: a channel that a sender has paused, and the reasons that keep a message queued.

CREATE TABLE channel_pause (
    channel text        NOT NULL,
    sender  text        NOT NULL,
    code    text        NOT NULL,
    reason  text        NOT NULL,
    since   timestamptz NOT NULL,
    until   timestamptz NOT NULL,
    CONSTRAINT channel_pause_pkey PRIMARY KEY (channel, sender),
    CONSTRAINT channel_pause_channel_is_known CHECK (channel IN ('email', 'sms')),
    CONSTRAINT channel_pause_code_is_known CHECK (code IN ('unreachable', 'deferred')),
    CONSTRAINT channel_pause_ends_after_its_start CHECK (until > since)
);
COMMENT ON TABLE channel_pause IS 'A channel that the runners of one host do not use for a while. A row whose end has passed means nothing.';
COMMENT ON COLUMN channel_pause.channel IS 'email or sms.';
COMMENT ON COLUMN channel_pause.sender IS 'The host whose runners do not use the channel.';
COMMENT ON COLUMN channel_pause.code IS 'unreachable: the server could not be used. deferred: it asked to wait.';
COMMENT ON COLUMN channel_pause.reason IS 'What the server said, or why it could not be used.';
COMMENT ON COLUMN channel_pause.since IS 'When the pause began.';
COMMENT ON COLUMN channel_pause.until IS 'When the channel is tried again.';

ALTER TABLE delivery_run ADD COLUMN ended_at timestamptz;
COMMENT ON COLUMN delivery_run.ended_at IS
    'When it ended, by the database''s clock; NULL while it works and for a run that was cut off. Written durably, and with it every outcome of the run.';

-- Messages that a change elsewhere may release: few, and looked at each minute.
CREATE INDEX message_held ON message (reason)
    WHERE status = 'queued' AND reason IN ('trainer_away', 'studio_closed', 'trainer_retired', 'template_error');
CREATE INDEX message_failed ON message (attempted_at) WHERE status = 'failed';
