-- A dump writes a CHECK as PostgreSQL prints it, and reading that text again groups two BETWEENs in another way: a restored
-- database then has a definition that `setup --check` takes for one changed by hand. Written as one list, it stays the same.

ALTER TABLE reminder_rule
    DROP CONSTRAINT reminder_rule_lag_in_range,
    ADD CONSTRAINT reminder_rule_lag_in_range
        CHECK (lag_days >= -365 AND lag_days <= 365 AND lag_minutes >= -1440 AND lag_minutes <= 1440);
