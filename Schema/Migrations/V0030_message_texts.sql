-- The stored copies of messages, oldest first, for their removal after `retention.message_bodies`.
CREATE INDEX CONCURRENTLY message_text_by_due ON message (due_at, id)
WHERE coalesce(body, subject, reply) IS NOT NULL;
