-- Everything that is stored about a client, as one document. The token of the unsubscribe link, which is a password, is
-- left out, and so are the daily schedules of trainers, which name other clients.
CREATE OR REPLACE FUNCTION personal_data(p_client bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SET timezone = 'UTC' AS $$
BEGIN
    RETURN (
        WITH own AS MATERIALIZED (
            SELECT subject, id FROM personal_rows(p_client) WHERE NOT shared
        ),
        entry (list, id, document) AS (
            SELECT 'consents', id, to_jsonb(consent) FROM consent JOIN own USING (id) WHERE own.subject = 'consent'
            UNION ALL
            SELECT 'notes', id, to_jsonb(client_note) FROM client_note JOIN own USING (id) WHERE own.subject = 'client_note'
            UNION ALL
            SELECT 'sessions', s.id,
                   to_jsonb(s) || jsonb_build_object(
                       'studio', jsonb_build_object('id', studio.slug, 'name', studio.name, 'time_zone', studio.time_zone),
                       'trainer', jsonb_build_object('handle', trainer.handle, 'name', trainer.name))
            FROM session AS s
            JOIN own ON own.subject = 'session' AND own.id = s.id
            JOIN studio ON studio.id = s.studio_id
            JOIN trainer ON trainer.id = s.trainer_id
            UNION ALL
            SELECT 'free_session_claims', session_id, to_jsonb(claim)
            FROM free_session_claim AS claim
            JOIN own ON own.subject = 'session' AND own.id = claim.session_id
            UNION ALL
            SELECT 'change_requests', session_id, to_jsonb(request)
            FROM change_request AS request
            JOIN own ON own.subject = 'session' AND own.id = request.session_id
            UNION ALL
            SELECT 'messages', m.id, to_jsonb(m) FROM message AS m JOIN own ON own.subject = 'message' AND own.id = m.id
            UNION ALL
            SELECT 'refused_messages', refusal.message_id, to_jsonb(refusal)
            FROM channel_refusal AS refusal
            JOIN own ON own.subject = 'message' AND own.id = refusal.message_id
            UNION ALL
            SELECT 'inbound_texts', id, to_jsonb(inbound_text)
            FROM inbound_text JOIN own USING (id) WHERE own.subject = 'inbound_text'
            UNION ALL
            SELECT 'inbound_mail', mail.id, to_jsonb(mail) - 'digest'
            FROM inbound_mail AS mail
            JOIN own ON own.subject = 'inbound_mail' AND own.id = mail.id
            UNION ALL
            SELECT 'suppressions', id, to_jsonb(suppression)
            FROM suppression JOIN own USING (id) WHERE own.subject = 'suppression'
            UNION ALL
            SELECT 'holds', id, to_jsonb(hold) FROM hold JOIN own USING (id) WHERE own.subject = 'hold'
            UNION ALL
            SELECT 'events', event.id, to_jsonb(event)
            FROM event
            JOIN own ON own.subject = event.subject AND own.id = event.subject_id
        )
        SELECT jsonb_build_object('client', to_jsonb(client) - 'unsubscribe_token' - 'forgotten_at') || (
                   SELECT jsonb_object_agg(list, coalesce(documents, '[]'))
                   FROM unnest(ARRAY[
                       'consents', 'notes', 'sessions', 'free_session_claims', 'change_requests', 'messages',
                       'refused_messages', 'inbound_texts', 'inbound_mail', 'suppressions', 'holds', 'events']) AS list
                   LEFT JOIN (
                       SELECT list, jsonb_agg(document ORDER BY id) AS documents FROM entry GROUP BY list
                   ) AS filled USING (list))
        FROM client
        WHERE id = p_client AND forgotten_at IS NULL);
END
$$;
COMMENT ON FUNCTION personal_data(bigint) IS
    'Everything that is stored about a client, as one document; NULL for an unknown or erased client.';
