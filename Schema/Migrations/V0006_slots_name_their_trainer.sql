-- What is free is now told with the trainer's name, and what a function returns cannot be changed: it is made anew.
DROP FUNCTION IF EXISTS open_slots(integer, integer, timestamptz, timestamptz, timestamptz, bigint);
