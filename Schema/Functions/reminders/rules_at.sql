-- The rules in effect at a studio: its own, and those of the chain for which it has none with the same key. The
-- planner inlines this function.
CREATE OR REPLACE FUNCTION rules_at(p_studio integer) RETURNS SETOF reminder_rule
LANGUAGE sql STABLE AS $$
    SELECT rule.*
    FROM reminder_rule AS rule
    WHERE (rule.studio_id IS NULL OR rule.studio_id = p_studio)
      AND NOT EXISTS (
          SELECT FROM reminder_rule AS own
          WHERE own.key = rule.key AND own.studio_id = p_studio AND own.id <> rule.id)
$$;
COMMENT ON FUNCTION rules_at(integer) IS 'The rules in effect at a studio.';
