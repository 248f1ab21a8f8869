-- The rules that count at a studio: its own, and the chain's where it has none of that name. The planner reads this as it
-- would a view.
CREATE OR REPLACE FUNCTION rules_at(p_studio integer) RETURNS SETOF reminder_rule
LANGUAGE sql STABLE AS $$
    SELECT rule.*
    FROM reminder_rule AS rule
    WHERE (rule.studio_id IS NULL OR rule.studio_id = p_studio)
      AND NOT EXISTS (
          SELECT FROM reminder_rule AS own
          WHERE own.key = rule.key AND own.studio_id = p_studio AND own.id <> rule.id)
$$;
COMMENT ON FUNCTION rules_at(integer) IS 'The rules that count at a studio.';
