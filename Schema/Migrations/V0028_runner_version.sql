-- The version of the program that a runner runs, to see which hosts are still to be upgraded.

ALTER TABLE job_runner ADD COLUMN version text;
COMMENT ON COLUMN job_runner.version IS 'The version of the program; null for a runner from before it was recorded.';
