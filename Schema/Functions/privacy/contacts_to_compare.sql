-- The contacts that a request with the given contacts, or for the given client, may book under: its own, and those of
-- each client who has one of them.
CREATE OR REPLACE FUNCTION contacts_to_compare(p_contacts text[], p_client bigint) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        WITH given AS (
            SELECT contact_key(contact) AS contact FROM unnest(p_contacts) AS contact
        )
        SELECT coalesce(array_agg(DISTINCT contact), '{}')
        FROM (
            SELECT contact FROM given
            UNION ALL
            SELECT unnest(client_contacts(email_key, phone))
            FROM client
            WHERE id = p_client
               OR email_key = ANY (ARRAY(SELECT substr(contact, 7) FROM given WHERE contact LIKE 'email:%'))
               OR phone_key = ANY (ARRAY(SELECT substr(contact, 7) FROM given WHERE contact LIKE 'phone:%'))
        ) AS known);
END
$$;
COMMENT ON FUNCTION contacts_to_compare(text[], bigint) IS
    'The contacts of a request and of the clients who have one of them.';
