-- The contact keys that identify a person.
CREATE OR REPLACE FUNCTION client_contacts(p_email_key text, p_phone text) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT array_remove(ARRAY['email:' || p_email_key, 'phone:' || phone_match_key(p_phone)], NULL)
$$;
COMMENT ON FUNCTION client_contacts(text, text) IS 'The contact keys that identify a person.';
