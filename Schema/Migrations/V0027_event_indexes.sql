-- Indexes for the log of a period, and for the schedule as it was recorded at a past time.

-- Events are written in the order of time: the ranges of this small index are enough.
CREATE INDEX CONCURRENTLY event_by_time ON event USING brin (at);

-- Sessions that were moved away from a trainer or a time.
CREATE INDEX CONCURRENTLY event_by_former_trainer ON event ((before ->> 'trainer_id'))
WHERE subject = 'session'
  AND (before -> 'trainer_id' <> after -> 'trainer_id' OR before -> 'starts_at' <> after -> 'starts_at');
