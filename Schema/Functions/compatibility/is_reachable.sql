-- Whether the recipient of a rule's message has an address, for binaries before this function set.
-- Remove it when SchemaFunction.oldestBinary excludes them.
CREATE OR REPLACE FUNCTION is_reachable(
    p_audience text, p_channel text, p_client_phone text, p_trainer_email text, p_trainer_phone text,
    p_studio_email text, p_studio_phone text
) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT p_audience = 'client' AND p_channel = 'email'
        OR recipient_address(
            p_audience, p_channel, NULL, p_client_phone, p_trainer_email, p_trainer_phone, p_studio_email,
            p_studio_phone) IS NOT NULL
$$;
COMMENT ON FUNCTION is_reachable(text, text, text, text, text, text, text) IS
    'Whether the recipient of a rule''s message has an address, for older binaries.';
