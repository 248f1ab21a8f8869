-- A pause of a channel outlasts the process that began it: the intervals between trials grow, and a refusal that may
-- concern the sender is remembered until the server accepts a message.

ALTER TABLE channel_pause
    ADD COLUMN refused boolean NOT NULL DEFAULT false,
    ADD COLUMN retries integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT channel_pause_refusal_is_unreachable CHECK (NOT refused OR code = 'unreachable'),
    ADD CONSTRAINT channel_pause_retries_are_counted CHECK (retries >= 0);
COMMENT ON TABLE channel_pause IS 'A channel whose server accepts no message from one host. The row is removed when it accepts one.';
COMMENT ON COLUMN channel_pause.refused IS 'Whether the server refuses the sender; the code is unreachable then, since earlier binaries know no other.';
COMMENT ON COLUMN channel_pause.retries IS 'How often one message was tried since the pause began.';
COMMENT ON COLUMN channel_pause.until IS 'When one message is tried.';

CREATE TABLE channel_refusal (
    channel    text   NOT NULL,
    sender     text   NOT NULL,
    message_id bigint NOT NULL CONSTRAINT channel_refusal_message_exists REFERENCES message,
    words      text   NOT NULL,
    CONSTRAINT channel_refusal_pkey PRIMARY KEY (channel, sender),
    CONSTRAINT channel_refusal_channel_is_known CHECK (channel IN ('email', 'sms'))
);
COMMENT ON TABLE channel_refusal IS 'The last message of one host that was refused for a reason that may concern every message. The row is removed when the server accepts one.';
COMMENT ON COLUMN channel_refusal.channel IS 'email or sms.';
COMMENT ON COLUMN channel_refusal.sender IS 'The host.';
COMMENT ON COLUMN channel_refusal.message_id IS 'The message that failed.';
COMMENT ON COLUMN channel_refusal.words IS 'The server''s reply without addresses and numbers.';

-- Messages that were tried and are still queued: few, and looked at by each runner.
CREATE INDEX message_put_off ON message (due_at) WHERE status = 'queued' AND attempts > 0;
