-- The rows that hold personal data of a client: `intro client export` prints them, and `intro client forget` erases them.
--
-- Texts and mail belong to a person if they are about one of the person's sessions or come from an address that no
-- other client has. A daily schedule (shared) is a message to a trainer that names several clients. Notes of holds are
-- found by the person's name or contacts; those of ended holds by any longer word of the name, because nothing else
-- refers to them.
CREATE OR REPLACE FUNCTION personal_rows(p_client bigint) RETURNS TABLE (subject text, id bigint, shared boolean)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_own      text[] := own_addresses(p_client);
    v_names    text[] := ARRAY(
        SELECT DISTINCT state ->> 'name' FROM person_states(p_client) AS state WHERE state ->> 'name' <> '');
    v_words    text[] := ARRAY(
        SELECT DISTINCT word
        FROM unnest(v_names) AS name, regexp_split_to_table(name, '\s+') AS word
        WHERE length(word) >= 3);
    v_sessions bigint[] := ARRAY(SELECT session.id FROM session WHERE client_id = p_client);
    v_messages bigint[] := ARRAY(SELECT message.id FROM message WHERE session_id = ANY (v_sessions));
    v_first    timestamptz := (SELECT min(booked_at) FROM session WHERE client_id = p_client);
BEGIN
    RETURN QUERY
    SELECT 'client', p_client, false
    UNION ALL
    SELECT 'consent', consent.id, false FROM consent WHERE client_id = p_client
    UNION ALL
    SELECT 'client_note', client_note.id, false FROM client_note WHERE client_id = p_client
    UNION ALL
    SELECT 'session', unnest(v_sessions), false
    UNION ALL
    SELECT 'message', unnest(v_messages), false
    UNION ALL
    -- The copies of schedules since the first booking.
    SELECT 'message', message.id, true
    FROM message
    WHERE day >= (v_first - interval '2 days')::date
      AND coalesce(body, message.subject, reply) IS NOT NULL
      AND mentions_person(concat_ws(' ', message.subject, body, reply), v_names || v_own)
    UNION ALL
    SELECT 'inbound_text', inbound_text.id, false
    FROM inbound_text
    WHERE session_id = ANY (v_sessions)
       OR phone_match_key(sender) = ANY (ARRAY(SELECT phone_match_key(own) FROM unnest(v_own) AS own))
    UNION ALL
    SELECT 'inbound_mail', inbound_mail.id, false
    FROM inbound_mail
    WHERE session_id = ANY (v_sessions)
       OR message_id = ANY (v_messages)
       OR mentions_person(
           concat_ws(' ', sender, inbound_mail.subject, detail, excerpt),
           ARRAY(SELECT own FROM unnest(v_own) AS own WHERE own LIKE '%@%'))
    UNION ALL
    SELECT 'suppression', suppression.id, false FROM suppression WHERE address = ANY (v_own)
    UNION ALL
    SELECT 'hold', hold.id, false
    FROM hold
    WHERE session_id = ANY (v_sessions)
       OR mentions_person(note, v_names || v_own)
       OR status <> 'held' AND mentions_person(note, v_words);
END
$$;
COMMENT ON FUNCTION personal_rows(bigint) IS
    'The rows that hold personal data of a client; shared rows name other clients as well.';
