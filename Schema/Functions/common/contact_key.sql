-- The form of a contact in claims and lock keys. The prefix prevents a mailbox from being equal to a phone number.
CREATE OR REPLACE FUNCTION contact_key(p_contact text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN p_contact LIKE 'phone:%' THEN 'phone:' || phone_match_key(substr(p_contact, 7))
        ELSE p_contact
    END
$$;
COMMENT ON FUNCTION contact_key(text) IS 'The form of a contact (email:… or phone:+…) in claims and lock keys.';
