-- Comments in the terms that the code, the commands and the documents use.

-- People and places.
COMMENT ON TYPE timerange IS 'A period of local time within one day, such as [07:00,12:00).';
COMMENT ON TABLE studio IS 'The studios, with the rules by which they offer sessions.';
COMMENT ON COLUMN studio.id IS 'The key of the row; commands use the slug.';
COMMENT ON COLUMN studio.slug IS 'The id in commands, such as downtown.';
COMMENT ON COLUMN studio.name IS 'The name that clients read.';
COMMENT ON COLUMN studio.time_zone IS 'The IANA time zone of hours, slots and displayed times.';
COMMENT ON COLUMN studio.stations IS 'The maximum number of simultaneous sessions.';
COMMENT ON COLUMN studio.session_minutes IS 'The length of a session.';
COMMENT ON COLUMN studio.turnaround_minutes IS 'The time between two sessions of a trainer, and of a station.';
COMMENT ON COLUMN studio.slot_every_minutes IS 'Sessions begin at multiples of this number of minutes after local midnight.';
COMMENT ON COLUMN studio.notice_minutes IS 'The minimum time between booking and session.';
COMMENT ON COLUMN studio.horizon_minutes IS 'The maximum time between booking and session.';
COMMENT ON COLUMN studio.region IS
    'The ISO 3166-1 region of phone numbers without a country code, of contact hours and of the clock format.';
COMMENT ON COLUMN studio.address IS 'The postal address in messages and calendar entries.';
COMMENT ON COLUMN studio.phone IS 'The phone number of the front desk, in E.164 form.';
COMMENT ON COLUMN studio.email IS 'The address for replies to mail.';
COMMENT ON TABLE closure IS 'Periods in which a studio is closed.';
COMMENT ON COLUMN closure.id IS 'The key of the row.';
COMMENT ON COLUMN closure.studio_id IS 'The studio.';
COMMENT ON COLUMN closure.during IS 'The period: it includes its start, and excludes its end.';
COMMENT ON COLUMN closure.reason IS 'The reason, as the front desk tells it to clients.';
COMMENT ON TABLE trainer IS 'The trainers.';
COMMENT ON COLUMN trainer.id IS 'The key of the row; commands use the handle.';
COMMENT ON COLUMN trainer.handle IS 'The short name in commands, such as maria.';
COMMENT ON COLUMN trainer.home_studio_id IS 'The studio of commands that name no other, and of the daily schedule.';
COMMENT ON COLUMN trainer.email IS 'The address for schedules and notices.';
COMMENT ON COLUMN trainer.phone IS 'The phone number, in E.164 form.';
COMMENT ON COLUMN trainer.daily_limit IS
    'The maximum number of booked and attended sessions on a local date; NULL means no limit.';
COMMENT ON COLUMN trainer.retired_at IS 'When the trainer retired; NULL while active.';
COMMENT ON TABLE hours_season IS
    'A set of weekly hours of a trainer at a studio, with the dates on which it applies.';
COMMENT ON COLUMN hours_season.id IS 'The key of the row.';
COMMENT ON COLUMN hours_season.trainer_id IS 'The trainer.';
COMMENT ON COLUMN hours_season.studio_id IS 'The studio.';
COMMENT ON COLUMN hours_season.valid_from IS
    'The first local date. If several seasons include a date, the one that began last applies.';
COMMENT ON COLUMN hours_season.valid_until IS
    'The last local date; NULL means no end. After it, the season before applies again.';
COMMENT ON TABLE hours IS 'The periods of weekly hours. Adjacent periods are stored as one.';
COMMENT ON COLUMN hours.season_id IS 'The season.';
COMMENT ON COLUMN hours.weekday IS 'The ISO 8601 day of the week: 1 is Monday.';
COMMENT ON COLUMN hours.opens IS 'The start, in the studio''s local time.';
COMMENT ON COLUMN hours.closes IS 'The end, in the studio''s local time; 24:00 is the end of the day.';
COMMENT ON TABLE time_off IS 'Periods in which a trainer is absent from all studios.';
COMMENT ON COLUMN time_off.id IS 'The number by which an absence is removed.';
COMMENT ON COLUMN time_off.trainer_id IS 'The trainer.';
COMMENT ON COLUMN time_off.during IS 'The period: it includes its start, and excludes its end.';
COMMENT ON COLUMN time_off.reason IS 'The reason; NULL if none was given.';
COMMENT ON TABLE client IS 'The clients, who have booked a free introductory session or were added by the desk.';
COMMENT ON COLUMN client.id IS 'The number of the client in commands.';
COMMENT ON COLUMN client.name IS 'The name, as the client gave it.';
COMMENT ON COLUMN client.email IS 'The address for mail, as the client gave it.';
COMMENT ON COLUMN client.email_key IS 'The normalised mailbox of the address, which identifies the person.';
COMMENT ON COLUMN client.phone IS
    'The phone number, in E.164 form. Several clients may have one number, but then have one free session.';
COMMENT ON COLUMN client.time_zone IS
    'The IANA time zone of the client, for quiet hours; NULL means the studio''s.';
COMMENT ON COLUMN client.source IS 'How the client heard of the studio.';
COMMENT ON COLUMN client.created_at IS 'When the client was added.';
COMMENT ON COLUMN client.language IS 'The language of messages (RFC 5646); NULL means English.';
COMMENT ON COLUMN client.unsubscribe_token IS
    'The random token of the unsubscribe link (RFC 8058), which does not identify the client to others.';
COMMENT ON COLUMN client.phone_key IS
    'The phone number that identifies the person, independent of the form in which it was entered.';
COMMENT ON COLUMN client.search_key IS 'The name and e-mail address without case, accents and punctuation, for searching.';
COMMENT ON COLUMN client.shares_mailbox IS
    'Whether an upgrade found an older client with the same mailbox; edit one of the two clients.';

-- Preferences.
COMMENT ON TABLE consent IS
    'The communication preferences of clients, by channel and scope; earlier ones are in the event log.';
COMMENT ON COLUMN consent.id IS 'The key of the row.';
COMMENT ON COLUMN consent.client_id IS 'The client.';
COMMENT ON COLUMN consent.scope IS 'session: messages about a session. follow_up: messages after it.';
COMMENT ON COLUMN consent.granted IS 'Whether the client agrees to these messages.';
COMMENT ON COLUMN consent.at IS 'When the preference was recorded.';
COMMENT ON COLUMN consent.how IS
    'How the client expressed it: contact_given, desk, sms, link, or a description by the desk.';
COMMENT ON COLUMN consent.actor IS 'The actor who recorded it.';
COMMENT ON TABLE suppression IS 'Blocked addresses and numbers, to which nothing is sent.';
COMMENT ON COLUMN suppression.id IS 'The key of the row.';
COMMENT ON COLUMN suppression.address IS 'The address in lower case, or the number in E.164 form.';
COMMENT ON COLUMN suppression.detail IS 'The details, such as the received word or the server''s diagnosis.';
COMMENT ON COLUMN suppression.at IS 'When the address was blocked.';
COMMENT ON COLUMN suppression.actor IS 'The actor who blocked it.';
COMMENT ON TABLE contact_hours IS
    'The hours in which messages are sent, in the recipient''s local time; the other hours are quiet. A channel without a '
    'row for the region has no quiet hours.';
COMMENT ON COLUMN contact_hours.id IS 'The key of the row.';
COMMENT ON COLUMN contact_hours.region IS
    'The ISO 3166-1 region of the studio; * stands for all regions without rows of their own.';
COMMENT ON COLUMN contact_hours.weekday IS 'The ISO 8601 day of the week: 1 is Monday.';
COMMENT ON COLUMN contact_hours.opens IS 'The start, in the recipient''s local time.';
COMMENT ON COLUMN contact_hours.closes IS 'The end, in the recipient''s local time; 24:00 is the end of the day.';

-- Sessions.
COMMENT ON TABLE session IS 'The introductory sessions, each of one client with one trainer.';
COMMENT ON COLUMN session.id IS 'The key of the row; commands use the reference.';
COMMENT ON COLUMN session.reference IS 'The booking reference: eight characters of Crockford''s base 32.';
COMMENT ON COLUMN session.request_id IS 'The key of the booking request; a repeated request finds this row.';
COMMENT ON COLUMN session.studio_id IS 'The studio.';
COMMENT ON COLUMN session.trainer_id IS 'The trainer.';
COMMENT ON COLUMN session.client_id IS 'The client.';
COMMENT ON COLUMN session.named_contacts IS
    'The contacts in the booking request, including those that the client does not have. The session claims the free '
    'session for them too.';
COMMENT ON COLUMN session.station IS
    'The number of the studio''s station, from 1. A constraint on it limits the number of simultaneous sessions.';
COMMENT ON COLUMN session.starts_at IS 'The start of the session.';
COMMENT ON COLUMN session.ends_at IS 'The end of the session, exclusive.';
COMMENT ON COLUMN session.status IS
    'booked, attended, no_show or cancelled. Booked and attended sessions occupy their time.';
COMMENT ON COLUMN session.waived IS
    'Whether staff granted another free session; the session then claims no contacts.';
COMMENT ON COLUMN session.override_reason IS 'The reason for an override of rules; NULL if there was none.';
COMMENT ON COLUMN session.cancel_reason IS 'The reason for the cancellation; NULL if none was given.';
COMMENT ON COLUMN session.source IS 'The source of the booking, as the request gave it; NULL if it gave none.';
COMMENT ON COLUMN session.arranged_at IS
    'When the present start was agreed: at the booking, the last move or the reinstatement.';
COMMENT ON COLUMN session.confirmed_at IS
    'When the client confirmed the session; NULL before, and again after a move.';
COMMENT ON TABLE free_session_claim IS
    'The contacts whose free session is booked or used: one row for each contact of a booked or attended session.';
COMMENT ON COLUMN free_session_claim.contact IS 'The normalised mailbox (email:…) or phone number (phone:+…).';
COMMENT ON COLUMN free_session_claim.session_id IS 'The session that claims the contact.';
COMMENT ON COLUMN forgotten_contact.session_id IS
    'The session; its status determines whether the free session is used.';
COMMENT ON TABLE change_request IS
    'The changes of sessions that were requested with a key; a repeated request changes nothing.';
COMMENT ON COLUMN change_request.at IS 'When the change was made, by the database''s clock.';
COMMENT ON COLUMN hold.expires_at IS
    'When the hold expires. After that it blocks no session; a hold of the same slot marks it as expired first.';
COMMENT ON TABLE closed_day IS
    'The past days of a studio that were closed. Sessions without an outcome are counted, and stay booked.';
COMMENT ON COLUMN closed_day.day IS 'The local date.';
COMMENT ON COLUMN closed_day.left_open IS 'The number of sessions that had no outcome when the day was closed.';
COMMENT ON COLUMN closed_day.closed_at IS 'When the day was closed.';
COMMENT ON COLUMN client_note.id IS 'The key of the row, in order of insertion.';
COMMENT ON COLUMN client_note.author IS 'The actor who wrote the note.';

-- The event log.
COMMENT ON TABLE event IS
    'All changes; append-only. Schedules as of a past instant are computed from it.';
COMMENT ON COLUMN event.id IS 'The key of the row, in order of insertion.';
COMMENT ON COLUMN event.at IS 'When the change was made, by the database''s clock.';
COMMENT ON COLUMN event.actor IS 'The actor: the value of --as, or the name of the login, or the database role.';
COMMENT ON COLUMN event.reason IS 'The reason; NULL if none was given.';
COMMENT ON COLUMN event.subject IS 'The name of the changed table.';
COMMENT ON COLUMN event.subject_id IS 'The key of the changed row.';
COMMENT ON COLUMN event.studio_id IS 'The studio of the row; NULL if it names none.';

-- Rules and the ledger.
COMMENT ON TABLE reminder_rule IS
    'The rules for messages: event, time, channel and recipient. A rule applies to the chain, or replaces the chain''s rule '
    'at one studio.';
COMMENT ON COLUMN reminder_rule.id IS 'The key of the row; commands use the name.';
COMMENT ON COLUMN reminder_rule.key IS 'The stable name; messages refer to it, also after the rule is removed.';
COMMENT ON COLUMN reminder_rule.studio_id IS
    'The studio at which the rule replaces the chain''s rule of the same name; NULL for a rule of the chain.';
COMMENT ON COLUMN reminder_rule.lag_days IS
    'The days of the studio''s calendar between the anchor and the message; negative before the anchor.';
COMMENT ON COLUMN reminder_rule.lag_minutes IS 'The minutes to add; negative before the anchor.';
COMMENT ON COLUMN reminder_rule.at_time IS
    'The local time of day at which the message is due; NULL means that of the anchor.';
COMMENT ON COLUMN reminder_rule.template IS 'The name of the template.';
COMMENT ON COLUMN reminder_rule.condition IS
    'The condition at the time of sending: unconfirmed, attended, no_show or first_booking; NULL if there is none.';
COMMENT ON COLUMN reminder_rule.enabled IS 'Whether messages are sent; those of a disabled rule are skipped.';
COMMENT ON COLUMN reminder_rule.since IS
    'The time from which the rule applies: messages due before it are not sent.';
COMMENT ON COLUMN message.id IS 'The key of the row.';
COMMENT ON COLUMN message.session_id IS 'The session that the message is about; NULL for a daily schedule.';
COMMENT ON COLUMN message.studio_id IS 'The studio of the session; for a daily schedule, the trainer''s home studio.';
COMMENT ON COLUMN message.rule IS 'The name of the rule.';
COMMENT ON COLUMN message.channel IS 'email or sms.';
COMMENT ON COLUMN message.revision IS 'The revision of the session that the message is about.';
COMMENT ON COLUMN message.reason IS
    'The reason for the status skipped, failed or unknown, or for which a queued message waits.';
COMMENT ON COLUMN message.due_at IS 'When the message is to be sent.';
COMMENT ON COLUMN message.run_id IS 'The batch that claimed the message last.';
COMMENT ON COLUMN message.attempts IS 'The number of attempts to send the message.';
COMMENT ON COLUMN message.attempted_at IS 'When the last attempt began.';
COMMENT ON COLUMN message.sent_at IS 'When the server accepted the message.';
COMMENT ON COLUMN message.recipient IS 'The address or number to which the message was sent.';
COMMENT ON COLUMN message.reply IS 'The last reply of the mail server or the SMS service.';
COMMENT ON COLUMN message.audience IS 'The recipient: client, trainer or studio.';
COMMENT ON COLUMN message.trainer_id IS
    'The trainer of a daily schedule, or the one to whom a change of the session is announced; otherwise NULL.';
COMMENT ON COLUMN message.day IS 'The date of the schedule that it contains.';
COMMENT ON COLUMN message.wait_until IS
    'The time until which the message waits: for further changes, as the server requested, or for the end of quiet hours.';
COMMENT ON COLUMN message.provider_id IS 'The SMS service''s ID of the text, which delivery reports refer to.';
COMMENT ON COLUMN message.delivered_at IS 'When the SMS service reported the delivery.';
COMMENT ON TABLE delivery_run IS
    'The batches of messages. The sender of a batch holds an advisory lock on it until it ends.';
COMMENT ON COLUMN delivery_run.id IS 'The key of the row, and of the batch''s lock.';
COMMENT ON COLUMN delivery_run.started_at IS 'When the batch began, by the database''s clock.';
COMMENT ON COLUMN delivery_run.actor IS 'The actor who started it.';
COMMENT ON COLUMN delivery_run.ended_at IS
    'When the batch ended, by the database''s clock; NULL while it is sent, and for an interrupted one. Committed durably, '
    'together with all results of the batch.';
COMMENT ON COLUMN delivery_run.has_secret_lock IS
    'Whether the key of the batch''s lock is lock_key(); senders from before step 17 use its number.';
COMMENT ON TABLE delivery_epoch IS
    'The periods in which the database kept all records of senders; a restore or a promotion begins a new one.';
COMMENT ON COLUMN delivery_epoch.id IS 'The key of the row; the highest is the present epoch.';
COMMENT ON COLUMN delivery_epoch.token IS
    'The random name of the epoch in journals. That of the first epoch identifies the database.';
COMMENT ON COLUMN delivery_epoch.cause IS
    'created: the first epoch. database_changed: the identity of the database changed. journal_ahead: a journal contains a '
    'batch that the database does not have.';
COMMENT ON COLUMN delivery_epoch.system_identifier IS
    'The system identifier of the cluster; NULL if it cannot be read, and before the first message is sent.';
COMMENT ON COLUMN delivery_epoch.timeline IS
    'The timeline of the cluster; NULL if it cannot be read, and before the first message is sent.';
COMMENT ON COLUMN delivery_epoch.database_oid IS
    'The oid of the database in its cluster; NULL before the first message is sent.';
COMMENT ON COLUMN delivery_epoch.noticed_at IS 'When a sender noticed the change, by the database''s clock.';
COMMENT ON COLUMN delivery_epoch.due_before IS
    'The due time until which messages may have been sent already, and wait for all senders; NULL for the first epoch.';
COMMENT ON COLUMN delivery_epoch.sent_since IS
    'The due time from which an operator marked messages as unknown; NULL if all were to be sent.';
COMMENT ON COLUMN delivery_epoch.ended_at IS
    'When an operator ended the wait of messages; NULL if none did.';
COMMENT ON COLUMN delivery_sender.journal IS 'The ID of the journal; all processes with one INTRO_HOME share it.';
COMMENT ON COLUMN delivery_sender.host IS 'The host on which the journal was last used.';
COMMENT ON COLUMN delivery_sender.last_active_at IS
    'When a batch was last sent with the journal, by the database''s clock, to within ten minutes.';
COMMENT ON COLUMN delivery_sender.reconciliation IS
    'done: the journal was compared with the database. awaited: it was not yet compared, and messages wait. missing: a new '
    'sender was started instead, and messages are held.';
COMMENT ON TABLE channel_pause IS
    'Channels whose server accepts no message from a host. The row is deleted when the server accepts one.';
COMMENT ON COLUMN channel_pause.sender IS 'The host whose runners do not use the channel.';
COMMENT ON COLUMN channel_pause.code IS
    'unreachable: the server could not be used. deferred: the server requested a delay.';
COMMENT ON COLUMN channel_pause.reason IS 'The reply of the server, or the reason why it could not be used.';
COMMENT ON COLUMN channel_pause.until IS 'When one message is tried.';
COMMENT ON COLUMN channel_pause.refused IS
    'Whether the server refuses the sender; the code is then unreachable, the only one that earlier binaries know.';
COMMENT ON COLUMN channel_pause.retries IS 'The number of times that one message was tried since the pause began.';
COMMENT ON TABLE channel_refusal IS
    'The last message of a host that was refused for a reason that may apply to every message. The row is deleted when the '
    'server accepts a message.';

-- Received messages.
COMMENT ON TABLE inbound_text IS 'The texts that were received, with the action that was taken.';
COMMENT ON COLUMN inbound_text.id IS 'The key of the row.';
COMMENT ON COLUMN inbound_text.provider_id IS 'The provider''s ID; a text that is reported twice is stored once.';
COMMENT ON COLUMN inbound_text.sender IS
    'The number of the sender, in E.164 form; otherwise the short code or the name, as the service gives it.';
COMMENT ON COLUMN inbound_text.recipient IS 'The studio''s number that received the text.';
COMMENT ON COLUMN inbound_text.body IS 'The text.';
COMMENT ON COLUMN inbound_text.received_at IS 'When the text was received.';
COMMENT ON COLUMN inbound_text.action IS 'The action that was taken.';
COMMENT ON COLUMN inbound_text.session_id IS 'The session that the text is about; NULL if none was found.';
COMMENT ON COLUMN inbound_text.answer IS 'The text of the answer.';
COMMENT ON COLUMN inbound_text.answered IS
    'none, attempting, sent, failed or unknown. If the process that sends the answer crashes, attempting means unknown.';
COMMENT ON COLUMN inbound_text.reply IS 'The reply of the SMS service to the answer.';
COMMENT ON COLUMN inbound_text.done_at IS 'When the text needed no further action by the desk.';
COMMENT ON COLUMN inbound_text.done_by IS 'The actor who marked it as done.';
COMMENT ON COLUMN inbound_text.attachments IS 'The number of attached files, which are not stored.';
COMMENT ON COLUMN inbound_text.answer_id IS 'The SMS service''s ID of the answer.';
COMMENT ON TABLE inbound_mail IS
    'The mail that was received at the sender''s address, such as bounces and replies, with the action that was taken.';
COMMENT ON COLUMN inbound_mail.id IS 'The key of the row.';
COMMENT ON COLUMN inbound_mail.received_at IS 'When the mail was received.';
COMMENT ON COLUMN inbound_mail.sender IS 'The address in the header From, which anybody can forge.';
COMMENT ON COLUMN inbound_mail.subject IS 'The subject.';
COMMENT ON COLUMN inbound_mail.action IS
    'The action that was taken: suppressed, message_failed, noted, confirmed, call_asked or none.';
COMMENT ON COLUMN inbound_mail.reason IS 'The reason why a person has to read it; NULL if that is not necessary.';
COMMENT ON COLUMN inbound_mail.detail IS 'The diagnosis of the server that refused the message.';
COMMENT ON COLUMN inbound_mail.message_id IS 'The sent message that the mail is about.';
COMMENT ON COLUMN inbound_mail.session_id IS 'The session that the mail is about.';
COMMENT ON COLUMN inbound_mail.excerpt IS 'The beginning of the mail.';
COMMENT ON COLUMN inbound_mail.done_at IS 'When the mail needed no further action.';
COMMENT ON COLUMN inbound_mail.done_by IS 'The actor who marked it as done; NULL if that was not necessary.';
COMMENT ON TABLE unmatched_text_status IS
    'Delivery reports that arrived before the SMS service''s ID of their text was recorded.';
COMMENT ON COLUMN unmatched_text_status.provider_id IS 'The SMS service''s ID of the text.';
COMMENT ON COLUMN unmatched_text_status.detail IS 'The status and the error number, as the service gives them.';
COMMENT ON COLUMN unmatched_text_status.suppression IS
    'The reason to block the number: opt_out or hard_bounce; NULL if there is none.';
COMMENT ON COLUMN unmatched_text_status.received_at IS
    'When the report was received; it is deleted after a week.';
COMMENT ON COLUMN unmatched_text_status.actor IS 'The actor who received it.';

-- Jobs.
COMMENT ON TABLE job IS 'Waiting and running jobs. Completed jobs are deleted.';
COMMENT ON COLUMN job.id IS 'The key of the row, in order of enqueueing; a dead job that is retried keeps it.';
COMMENT ON COLUMN job.queue IS 'The queue.';
COMMENT ON COLUMN job.kind IS 'The kind of job; a runner claims the kinds for which it has handlers.';
COMMENT ON COLUMN job.payload IS 'The arguments of the handler.';
COMMENT ON COLUMN job.priority IS
    'The priority, from 1 (highest) to 4; every fourth claim takes the oldest jobs first.';
COMMENT ON COLUMN job.run_at IS 'The earliest start, by the database''s clock.';
COMMENT ON COLUMN job.max_attempts IS 'The number of failures after which the job is dead.';
COMMENT ON COLUMN job.unique_key IS 'A key that only one waiting or running job can have.';
COMMENT ON COLUMN job.failures IS 'The number of failures of the handler.';
COMMENT ON COLUMN job.crashes IS 'The number of runner crashes during the job; such a job is claimed alone.';
COMMENT ON COLUMN job.errors IS
    'The latest errors: an array of objects with at, attempt and message, oldest first.';
COMMENT ON COLUMN job.token IS 'The lease of a running job; NULL while the job waits.';
COMMENT ON COLUMN job.runner IS 'The runner that executes the job; NULL while the job waits.';
COMMENT ON COLUMN job.claimed_at IS 'When the runner claimed the job; NULL while the job waits.';
COMMENT ON COLUMN job.cancel_requested IS 'Whether cancellation was requested while the job was running.';
COMMENT ON TABLE job_dead IS 'Jobs that are not run again unless they are retried manually.';
COMMENT ON COLUMN job_dead.id IS 'The key that the row had in job.';
COMMENT ON COLUMN job_dead.queue IS 'The queue.';
COMMENT ON COLUMN job_dead.kind IS 'The kind of job.';
COMMENT ON COLUMN job_dead.payload IS 'The arguments of the handler.';
COMMENT ON COLUMN job_dead.priority IS 'The priority, from 1 (highest) to 4.';
COMMENT ON COLUMN job_dead.max_attempts IS 'The number of failures after which the job was dead.';
COMMENT ON COLUMN job_dead.unique_key IS 'The former unique key; other jobs may have it now.';
COMMENT ON COLUMN job_dead.failures IS 'The number of failures of the handler.';
COMMENT ON COLUMN job_dead.crashes IS 'The number of runner crashes during the job.';
COMMENT ON COLUMN job_dead.errors IS
    'The latest errors: an array of objects with at, attempt and message, oldest first.';
COMMENT ON COLUMN job_dead.reason IS
    'failed (too often), gave_up (by the handler), crashed (its runners), undecodable, or cancelled.';
COMMENT ON COLUMN job_dead.died_at IS 'When the job was added to this table.';
COMMENT ON SEQUENCE job_lease IS 'The tokens of leases: each claim has a new one.';
COMMENT ON TABLE job_period IS 'Unique keys that stay in use for a period, also after their job is completed.';
COMMENT ON COLUMN job_period.until IS 'The end of the period.';
COMMENT ON TABLE job_queue IS 'Queues that are paused or rate-limited; other queues need no row.';
COMMENT ON COLUMN job_queue.paused_at IS 'When the queue was paused; NULL if it is not.';
COMMENT ON COLUMN job_queue.rate_limit IS
    'The maximum number of jobs that all runners start in a period; NULL means no limit.';
COMMENT ON COLUMN job_queue.rate_period IS 'The period of the rate limit.';
COMMENT ON COLUMN job_queue.next_at IS 'When the next job may start under the rate limit, without a burst.';
COMMENT ON TABLE job_cron IS
    'Periodic jobs. Runners declare them; the runner that updates last_at enqueues the job of that time.';
COMMENT ON COLUMN job_cron.key IS 'The stable name.';
COMMENT ON COLUMN job_cron.schedule IS 'The five fields of a crontab(5) entry.';
COMMENT ON COLUMN job_cron.time_zone IS 'The IANA time zone of the schedule.';
COMMENT ON COLUMN job_cron.max_attempts IS 'The number of failures after which one of its jobs is dead.';
COMMENT ON COLUMN job_cron.last_at IS
    'The last occurrence that was enqueued; before the first, the time of the declaration.';
COMMENT ON COLUMN job_cron.declared_at IS 'When a runner last declared it.';
COMMENT ON TABLE job_runner IS
    'The runners. If the lease of a runner expires, other runners take over its jobs.';
COMMENT ON COLUMN job_runner.id IS 'The key of the row; a runner that registers again has a new one.';
COMMENT ON COLUMN job_runner.name IS 'The host and the process ID.';
COMMENT ON COLUMN job_runner.queues IS 'The queues of the runner.';
COMMENT ON COLUMN job_runner.started_at IS 'When the runner started.';
COMMENT ON COLUMN job_runner.seen_at IS 'The time of the last heartbeat.';
COMMENT ON COLUMN job_runner.lease_until IS 'The time until which other runners do not take over its jobs.';
COMMENT ON COLUMN job_runner.gone_at IS 'When it stopped, or was found to have crashed.';
COMMENT ON COLUMN job_runner.completed IS 'The number of completed jobs.';
COMMENT ON COLUMN job_runner.failed IS 'The number of failed attempts.';
COMMENT ON COLUMN job_runner.stale IS
    'The number of results that were discarded because another runner had taken over the job.';
COMMENT ON COLUMN job_runner.version IS 'The version of the program; NULL for a runner of a version that did not record it.';

-- The schema.
COMMENT ON TABLE schema_release IS
    'The release that last changed the schema, and the oldest binary that can use it.';
COMMENT ON COLUMN schema_release.function_set IS
    'The number of the set of functions; a binary with a lower number does not install its own.';
COMMENT ON COLUMN schema_release.oldest_binary IS 'The lowest schema version of a binary that works with this schema.';
COMMENT ON COLUMN schema_release.applied_at IS 'When setup last changed the schema.';
COMMENT ON TABLE lock_salt IS
    'The secret in the hashed names of advisory locks, so that a login without privileges cannot compute them.';
COMMENT ON COLUMN lock_salt.salt IS 'A random number, generated once for each database.';
