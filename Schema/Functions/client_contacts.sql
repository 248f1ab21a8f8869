-- A contact as claims and locks name it. The prefix keeps a mailbox from ever equalling a number.
CREATE OR REPLACE FUNCTION contact_key(p_contact text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN p_contact LIKE 'phone:%' THEN 'phone:' || phone_match_key(substr(p_contact, 7))
        ELSE p_contact
    END
$$;
COMMENT ON FUNCTION contact_key(text) IS 'A contact (email:.. or phone:+..) in the form that claims and locks have.';

-- The contacts by which a person is recognised.
CREATE OR REPLACE FUNCTION client_contacts(p_email_key text, p_phone text) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT array_remove(ARRAY['email:' || p_email_key, 'phone:' || phone_match_key(p_phone)], NULL)
$$;
COMMENT ON FUNCTION client_contacts(text, text) IS 'The contacts by which a person is recognised.';
