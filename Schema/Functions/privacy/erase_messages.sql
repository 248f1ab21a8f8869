-- Erases the personal data of messages. Called by erase_client only: no role may call it.
--
-- A message that is being sent is not erased: its sender would store its text afterwards. Queued messages are skipped.
CREATE OR REPLACE FUNCTION erase_messages(p_ids jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[] := ARRAY(SELECT jsonb_array_elements_text(p_ids)::bigint);
BEGIN
    PERFORM FROM message WHERE id = ANY (v_ids) ORDER BY id FOR UPDATE;
    IF EXISTS (SELECT FROM message WHERE id = ANY (v_ids) AND status = 'attempting') THEN
        RAISE EXCEPTION 'a message to the client is being sent'
            USING ERRCODE = 'object_in_use', TABLE = 'message', CONSTRAINT = 'message_is_not_being_sent';
    END IF;
    UPDATE message
    SET status = CASE WHEN status = 'queued' THEN 'skipped' ELSE status END,
        reason = CASE
            WHEN status <> 'queued' THEN reason
            WHEN audience <> 'client' THEN 'session_closed'
            WHEN channel = 'email' THEN 'no_email'
            ELSE 'no_phone'
        END,
        wait_until = CASE WHEN status <> 'queued' THEN wait_until END,
        recipient = NULL, subject = NULL, body = NULL, reply = NULL, provider_id = NULL,
        copy_reason = CASE WHEN copy > 0 THEN 'erased' END
    WHERE id = ANY (v_ids) AND session_id IS NOT NULL;
    -- Of a schedule of a day, only the copy of the text names the client.
    UPDATE message SET subject = NULL, body = NULL, reply = NULL WHERE id = ANY (v_ids) AND session_id IS NULL;
    UPDATE channel_refusal SET words = 'erased' WHERE message_id = ANY (v_ids);
END
$$;
COMMENT ON FUNCTION erase_messages(jsonb) IS 'Erases the personal data of messages; part of erase_client.';
