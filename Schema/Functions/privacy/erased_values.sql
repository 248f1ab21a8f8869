-- The replacement values for the personal data in a row of the event log; the rows that remain have the same values.
CREATE OR REPLACE FUNCTION erased_values(p_subject text, p_id bigint) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE p_subject
        WHEN 'client' THEN
            '{"name": "erased client", "search_key": "erased client", "email": null, "email_key": null, "phone": null,
              "phone_key": null, "guardian": null, "source": null, "time_zone": null, "language": null,
              "shares_mailbox": false}'
        WHEN 'consent' THEN '{"how": "erased"}'
        WHEN 'client_note' THEN '{"text": "erased"}'
        WHEN 'session' THEN
            jsonb_build_object(
                'request_id', 'erased:' || p_id, 'named_contacts', '[]'::jsonb, 'override_reason', 'erased',
                'cancel_reason', NULL)
        WHEN 'message' THEN
            '{"recipient": null, "subject": null, "body": null, "reply": null, "provider_id": null,
              "copy_reason": "erased"}'
        WHEN 'inbound_text' THEN
            '{"sender": "erased", "body": "", "reply": null, "answer": null, "answer_id": null, "provider_id": null}'
        WHEN 'inbound_mail' THEN '{"sender": null, "subject": null, "detail": null}'
        WHEN 'suppression' THEN '{"address": "erased", "detail": null}'
        WHEN 'hold' THEN '{"note": null, "request_id": null}'
    END::jsonb
$$;
COMMENT ON FUNCTION erased_values(text, bigint) IS 'The replacement values for the personal data in a row of the event log.';
