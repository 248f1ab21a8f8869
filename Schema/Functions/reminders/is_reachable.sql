-- Whether the recipient of a rule's message has an address. Mail to clients is planned without one: the ledger shows
-- that the address is missing, and it may be added before the message is due. Takes single columns, because reading a
-- whole row requires the privilege on each of its columns.
CREATE OR REPLACE FUNCTION is_reachable(
    p_audience text, p_channel text, p_client_phone text, p_trainer_email text, p_trainer_phone text,
    p_studio_email text, p_studio_phone text
) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE p_audience || ' ' || p_channel
        WHEN 'client sms' THEN p_client_phone IS NOT NULL
        WHEN 'trainer email' THEN p_trainer_email IS NOT NULL
        WHEN 'trainer sms' THEN p_trainer_phone IS NOT NULL
        WHEN 'studio email' THEN p_studio_email IS NOT NULL
        WHEN 'studio sms' THEN p_studio_phone IS NOT NULL
        ELSE true
    END
$$;
COMMENT ON FUNCTION is_reachable(text, text, text, text, text, text, text) IS
    'Whether the recipient of a rule''s message has an address.';
