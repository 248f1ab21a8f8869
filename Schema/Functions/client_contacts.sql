-- The contacts by which a person is recognised. The prefix keeps a mailbox from ever equalling a number.
CREATE OR REPLACE FUNCTION client_contacts(p_email_key text, p_phone text) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT array_remove(ARRAY['email:' || p_email_key, 'phone:' || p_phone], NULL)
$$;
COMMENT ON FUNCTION client_contacts(text, text) IS 'The contacts by which a person is recognised.';
