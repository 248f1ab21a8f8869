-- Erases the personal data of a client from every table and from the values of the event log. The rows of the client,
-- the sessions and the messages remain, so that the numbers in reports do not change. Nothing else may change events.
--
-- p_names and p_digests are the keyed hashes of the person's contacts and blocked addresses, which only the caller can
-- compute: the contacts of a used or booked free session, and `blocked:CHANNEL:ADDRESS`. Without them, nothing is
-- erased. The client's row is locked first, so that no note, consent or session is added meanwhile.
--
-- The locks of the person's contacts, which bookings take too, come before it, in the order of bookings: a booking under
-- a former contact, which no claim contains, waits for the end of the erasure and then finds the hashes. A caller that
-- holds them already does not wait again.
--
-- search_path is that of `setup`: this schema, then pg_temp, so that no temporary table takes precedence. The schema
-- need not be public, so the path cannot be written here.
CREATE OR REPLACE FUNCTION erase_client(p_client bigint, p_now timestamptz, p_names text[], p_digests text[])
RETURNS TABLE (subject text, erased bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_contact text;
    v_rows    jsonb;
    v_words   text[];
    v_mark    bigint;
    v_hashed  jsonb := jsonb_object(p_names, p_digests);
BEGIN
    FOR v_contact IN SELECT contact FROM unnest(person_contacts(p_client)) AS contact ORDER BY contact COLLATE "C" LOOP
        PERFORM pg_advisory_xact_lock(lock_key(v_contact));
    END LOOP;
    PERFORM FROM client WHERE id = p_client AND forgotten_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM FROM session WHERE client_id = p_client ORDER BY id FOR UPDATE;
    IF EXISTS (SELECT FROM session WHERE client_id = p_client AND status = 'booked' AND ends_at > p_now) THEN
        RAISE EXCEPTION 'the client has a session to come'
            USING ERRCODE = 'restrict_violation', TABLE = 'client', CONSTRAINT = 'client_has_no_session_to_come';
    END IF;
    SELECT jsonb_object_agg(own.subject, ids) INTO v_rows
    FROM (SELECT r.subject, jsonb_agg(r.id ORDER BY r.id) AS ids FROM personal_rows(p_client) AS r GROUP BY 1) AS own;
    v_words := own_addresses(p_client) || ARRAY(
        SELECT DISTINCT state ->> 'name' FROM person_states(p_client) AS state WHERE state ->> 'name' <> '');
    -- Only superusers may write such a setting into the definition of a function.
    PERFORM set_config('intro.event_change', 'erasure', true);
    PERFORM erase_messages(v_rows -> 'message');
    PERFORM keep_contact_hashes(p_client, v_hashed);

    v_mark := coalesce((SELECT max(id) FROM event), 0);
    UPDATE client
    SET name = 'erased client', email = NULL, email_key = NULL, phone = NULL, guardian = NULL, source = NULL,
        time_zone = NULL, language = NULL, shares_mailbox = false, unsubscribe_token = gen_random_uuid(),
        forgotten_at = p_now
    WHERE id = p_client;
    DELETE FROM consent WHERE client_id = p_client;
    DELETE FROM client_note WHERE client_id = p_client;
    DELETE FROM free_session_claim WHERE session_id IN (SELECT id FROM session WHERE client_id = p_client);
    DELETE FROM change_request WHERE session_id IN (SELECT id FROM session WHERE client_id = p_client);
    UPDATE session
    SET request_id = 'erased:' || id, named_contacts = '{}',
        override_reason = CASE WHEN override_reason IS NOT NULL THEN 'erased' END, cancel_reason = NULL,
        source = coalesce(erased_mentions(jsonb_build_object('source', source), v_words) ->> 'source', source)
    WHERE client_id = p_client;
    UPDATE inbound_text
    SET sender = 'erased', body = '', reply = NULL, answer = NULL, answer_id = NULL, provider_id = NULL
    WHERE id IN (SELECT jsonb_array_elements_text(v_rows -> 'inbound_text')::bigint);
    UPDATE inbound_mail
    SET sender = NULL, subject = NULL, detail = NULL, excerpt = '', digest = sha256(('erased:' || id)::bytea)
    WHERE id IN (SELECT jsonb_array_elements_text(v_rows -> 'inbound_mail')::bigint);
    DELETE FROM suppression WHERE id IN (SELECT jsonb_array_elements_text(v_rows -> 'suppression')::bigint);
    UPDATE hold SET note = NULL, request_id = NULL
    WHERE id IN (SELECT jsonb_array_elements_text(v_rows -> 'hold')::bigint);

    -- The reason of the erasure itself is kept, with the event of the client.
    UPDATE event AS e
    SET actor = coalesce(erased_mentions(jsonb_build_object('actor', e.actor), v_words) ->> 'actor', e.actor),
        before = erased_document(
            e.before, erased_mentions(e.before, v_words) || erased_values(e.subject, e.subject_id)),
        after = erased_document(e.after, erased_mentions(e.after, v_words) || erased_values(e.subject, e.subject_id)),
        reason = CASE
            WHEN e.subject = 'client' AND e.id > v_mark THEN e.reason
            WHEN e.reason IS NOT NULL THEN 'erased'
        END
    FROM jsonb_each(v_rows) AS own (subject, ids), jsonb_array_elements_text(own.ids) AS row_id
    WHERE e.subject = own.subject AND e.subject_id = row_id::bigint;

    PERFORM set_config('intro.event_change', '', true);
    RETURN QUERY
    SELECT key, jsonb_array_length(value)::bigint FROM jsonb_each(v_rows) ORDER BY key;
END
$$;
COMMENT ON FUNCTION erase_client(bigint, timestamptz, text[], text[]) IS
    'Erases the personal data of a client, and returns the number of rows by kind; no row for an unknown client.';
