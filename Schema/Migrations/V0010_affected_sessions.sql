-- Sessions that cannot take place as booked are marked for the front desk; a rule that was waived on purpose does not count.
ALTER TABLE session ADD COLUMN waived_rules text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN session.waived_rules IS
    'Codes of the rules that were waived when the session got its present time, such as outside_hours.';

-- Which rules an earlier override waived was not recorded: assume working hours, so that no such session is marked.
UPDATE session SET waived_rules = '{outside_hours}' WHERE override_reason IS NOT NULL;

-- It returns more columns from now on, and is created again with the other functions.
DROP FUNCTION IF EXISTS slot_facts(integer, integer, timestamptz, timestamptz, bigint);
