-- The messages that queue_messages adds to the ledger for one session, for one of the causes session, renewed, or an
-- event of the session, as messages_to_queue describes.
--
-- The generic plan is kept between calls: planning takes longer than looking up one session. The joins are written in the
-- order of their execution: without join_collapse_limit, the first call on a connection takes 34 ms instead of 18 (median
-- of 20), because the planner compares the orders of 16 tables and subqueries.
CREATE OR REPLACE FUNCTION messages_of_session(
    p_cause text, p_session bigint, p_until timestamptz, p_now timestamptz
) RETURNS TABLE (
    session_id bigint, trainer_id integer, day date, studio_id integer, rule text, channel text, audience text,
    revision integer, status text, reason text, due_at timestamptz, wait_until timestamptz,
    former_start timestamptz, copy integer, copy_reason text
)
LANGUAGE plpgsql STABLE SET jit = off SET plan_cache_mode = force_generic_plan SET join_collapse_limit = 1
AS $$
#variable_conflict use_column
BEGIN
    IF p_cause = 'session' THEN
        RETURN QUERY
            SELECT planned.session_id, NULL::integer, NULL::date, planned.studio_id, planned.rule, planned.channel,
                   planned.audience, planned.revision, planned.status, planned.reason, planned.due_at,
                   NULL::timestamptz, NULL::timestamptz, 0, NULL
            FROM planned_messages() AS planned
            WHERE planned.session_id = p_session
              AND planned.is_reachable
              -- By any channel.
              AND NOT EXISTS (
                  SELECT FROM message AS m
                  WHERE m.session_id = planned.session_id
                    AND m.rule = planned.rule
                    AND m.revision = planned.revision);
    ELSIF p_cause = 'renewed' THEN
        RETURN QUERY
            SELECT m.session_id, NULL::integer, NULL::date, m.studio_id, m.rule, m.channel, m.audience, s.revision,
                   'queued', NULL, m.due_at, NULL::timestamptz, NULL::timestamptz, 0, NULL
            FROM session AS s
            JOIN message AS m ON m.session_id = s.id
            WHERE s.id = p_session
              -- The cancellation and the reinstatement have each incremented the revision.
              AND m.revision = s.revision - 2
              AND m.status = 'skipped'
              AND m.trainer_id IS NULL
              AND m.copy = 0
              AND m.reason = 'cancelled';
    ELSE
        RETURN QUERY
            SELECT s.id, NULL::integer, NULL::date, s.studio_id, rule.key, rule.channel, rule.audience, s.revision,
                   'queued', NULL, p_now, p_until, NULL::timestamptz, 0, NULL
            FROM session AS s
            JOIN client ON client.id = s.client_id
            JOIN trainer ON trainer.id = s.trainer_id
            JOIN studio ON studio.id = s.studio_id
            CROSS JOIN LATERAL rules_at(s.studio_id) AS rule
            WHERE s.id = p_session
              AND rule.enabled
              AND rule.anchor = p_cause
              AND (rule.audience = 'client' AND rule.channel = 'email'
                   OR recipient_address(
                       rule.audience, rule.channel, client.email, client.phone, trainer.email, trainer.phone,
                       studio.email, studio.phone) IS NOT NULL);
    END IF;
END
$$;
COMMENT ON FUNCTION messages_of_session(text, bigint, timestamptz, timestamptz) IS
    'The messages that a cause adds to the ledger for one session: session, renewed, or an event of the session.';
