-- The previous name of message_eligibility: binaries before this function set call it.
-- Remove it when SchemaFunction.oldestBinary excludes them.
CREATE OR REPLACE FUNCTION judged_messages(p_now timestamptz)
RETURNS TABLE (
    id bigint, address text, template text, language text, reason text, wait_until timestamptz, deadline timestamptz
)
LANGUAGE sql STABLE AS $$
    SELECT * FROM message_eligibility(p_now)
$$;
COMMENT ON FUNCTION judged_messages(timestamptz) IS 'The previous name of message_eligibility, for older binaries.';
