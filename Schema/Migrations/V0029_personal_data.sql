-- The erasure of a client's personal data on request. The rows of the client and of the sessions and messages remain,
-- without personal data, so that reports do not change.
--
-- Constraints of large tables are NOT VALID, so that the tables are not read under an exclusive lock: new and changed
-- rows are checked.
ALTER TABLE client
    ADD COLUMN forgotten_at timestamptz,
    DROP CONSTRAINT client_can_be_reached,
    ADD CONSTRAINT client_can_be_reached
        CHECK (email IS NOT NULL OR phone IS NOT NULL OR forgotten_at IS NOT NULL) NOT VALID,
    ADD CONSTRAINT client_forgotten_has_no_data
        CHECK (
            forgotten_at IS NULL
            OR num_nonnulls(email, phone, guardian, source, time_zone, language) = 0) NOT VALID;
COMMENT ON COLUMN client.forgotten_at IS
    'When the client''s personal data was erased on request; NULL for all other clients.';

-- The contacts of erased clients who had used, or booked, the free session. The key is outside the database, so that a
-- dump does not contain the contacts, and they cannot be found by trying all phone numbers.
CREATE TABLE forgotten_contact (
    digest     bytea  NOT NULL,
    session_id bigint NOT NULL CONSTRAINT forgotten_contact_session_exists REFERENCES session ON DELETE CASCADE,
    CONSTRAINT forgotten_contact_pkey PRIMARY KEY (digest, session_id),
    CONSTRAINT forgotten_contact_is_sha256 CHECK (octet_length(digest) = 32)
);
CREATE INDEX forgotten_contact_by_session ON forgotten_contact (session_id);
COMMENT ON TABLE forgotten_contact IS
    'The free sessions of clients whose personal data was erased, by the keyed hash of each contact.';
COMMENT ON COLUMN forgotten_contact.digest IS
    'HMAC-SHA256 of a contact in the form of free_session_claim, with the key of privacy.key_file.';
COMMENT ON COLUMN forgotten_contact.session_id IS 'The session, whose status tells whether the free session is used.';

CREATE TABLE forgotten_suppression (
    digest  bytea       NOT NULL,
    channel text        NOT NULL,
    reason  text        NOT NULL,
    at      timestamptz NOT NULL,
    CONSTRAINT forgotten_suppression_pkey PRIMARY KEY (digest, channel, reason),
    CONSTRAINT forgotten_suppression_is_sha256 CHECK (octet_length(digest) = 32),
    CONSTRAINT forgotten_suppression_channel_is_known CHECK (channel IN ('email', 'sms')),
    CONSTRAINT forgotten_suppression_reason_is_known
        CHECK (reason IN ('opt_out', 'hard_bounce', 'complaint', 'manual'))
);
COMMENT ON TABLE forgotten_suppression IS
    'Blocked addresses and numbers of clients whose personal data was erased; the block returns with the address.';
COMMENT ON COLUMN forgotten_suppression.digest IS
    'HMAC-SHA256 of the channel and the address, with the key of privacy.key_file.';
COMMENT ON COLUMN forgotten_suppression.channel IS 'email or sms.';
COMMENT ON COLUMN forgotten_suppression.reason IS 'opt_out, hard_bounce, complaint or manual.';
COMMENT ON COLUMN forgotten_suppression.at IS 'When the address was blocked.';

CREATE TABLE privacy_key (
    only_row    boolean PRIMARY KEY DEFAULT true CONSTRAINT privacy_key_has_one_row CHECK (only_row),
    check_value bytea NOT NULL CONSTRAINT privacy_key_is_sha256 CHECK (octet_length(check_value) = 32)
);
COMMENT ON TABLE privacy_key IS 'Identifies the key of privacy.key_file, so that another key is detected.';
COMMENT ON COLUMN privacy_key.only_row IS 'Always true: the table has one row.';
COMMENT ON COLUMN privacy_key.check_value IS 'HMAC-SHA256 of a fixed text with the key.';
