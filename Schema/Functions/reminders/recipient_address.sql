-- The address that a message's audience and channel mean: the only definition. Takes single columns, because reading a
-- whole row requires the privilege on each of its columns. The planner inlines this function.
CREATE OR REPLACE FUNCTION recipient_address(
    p_audience text, p_channel text, p_client_email text, p_client_phone text, p_trainer_email text,
    p_trainer_phone text, p_studio_email text, p_studio_phone text
) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE p_audience
        WHEN 'client' THEN CASE p_channel WHEN 'email' THEN p_client_email ELSE p_client_phone END
        WHEN 'trainer' THEN CASE p_channel WHEN 'email' THEN p_trainer_email ELSE p_trainer_phone END
        ELSE CASE p_channel WHEN 'email' THEN p_studio_email ELSE p_studio_phone END
    END
$$;
COMMENT ON FUNCTION recipient_address(text, text, text, text, text, text, text, text) IS
    'The address that a message''s audience and channel mean, or NULL.';
