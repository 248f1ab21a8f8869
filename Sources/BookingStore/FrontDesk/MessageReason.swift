/// The reason that a message in the ledger was skipped, failed, is unknown or waits, or that it was queued again; raw
/// values are the codes in the database and in JSON output.
///
/// A CHECK of the table `message` lists all codes except ``awaitingChanges``.
public enum MessageReason: String, Sendable, Hashable, CaseIterable {
    /// It was already due when the session was booked or moved.
    case lateBooking = "late_booking"
    /// It was due before its rule took effect.
    case ruleIsNewer = "rule_is_newer"
    /// Its rule was disabled or removed.
    case ruleDisabled = "rule_disabled"
    /// The session does not have the status that its rule requires.
    case conditionNotMet = "condition_not_met"
    /// Its rule is for a client's first booking, and the client has booked before.
    case notFirstBooking = "not_first_booking"
    /// The session was cancelled.
    case cancelled
    /// The session was moved to another time or trainer.
    case rescheduled
    /// The client has confirmed the session.
    case confirmed
    /// The session was marked as attended or as a no-show; or, for the notice of a cancellation, is not cancelled.
    case sessionClosed = "session_closed"
    /// The session has started.
    case sessionStarted = "session_started"
    /// Its deadline has passed, or would pass before another attempt.
    case tooLate = "too_late"
    /// A later reminder of the same session is due; or the trainer's daily schedule contains the change.
    case superseded = "overtaken"
    /// The trainer has no sessions on that day; or the client was last told the present time and trainer.
    case nothingToReport = "nothing_to_tell"
    /// The recipient has no e-mail address.
    case noEmail = "no_email"
    /// The recipient has no phone number.
    case noPhone = "no_phone"
    /// The recipient has opted out.
    case optedOut = "opted_out"
    /// The address is blocked because mail to it bounced.
    case hardBounce = "hard_bounce"
    /// The address is blocked because the recipient complained.
    case complaint
    /// The address was blocked manually.
    case suppressed
    /// The quiet hours of the recipient delay or prevent it.
    case quietHours = "quiet_hours"
    /// The trainer is away at that time.
    case trainerAway = "trainer_away"
    /// The studio is closed at that time.
    case studioClosed = "studio_closed"
    /// The trainer no longer takes sessions.
    case trainerRetired = "trainer_retired"
    /// A text from the recipient may be an opt-out, and has not been reviewed.
    case optOutReview = "opt_out_review"
    /// The database was restored or promoted, and senders have yet to compare their journals with it.
    case reconciling
    /// The database was restored or promoted, and the journal of a sender is missing.
    case held
    /// It waits for a minute in case another change follows; never stored.
    case awaitingChanges = "awaiting_changes"
    /// Its channel is paused: the server refuses all messages.
    case channelPaused = "channel_paused"
    /// Its template cannot be used.
    case templateError = "template_error"
    /// It cannot be rendered.
    case renderingFailed = "cannot_be_written"
    /// The stored data of its session are invalid.
    case invalidData = "invalid_data"
    /// The server could not be used.
    case notSent = "not_sent"
    /// The server refused it temporarily.
    case rejectedForNow = "rejected_for_now"
    /// The server refused it permanently.
    case rejectedPermanently = "rejected_for_good"
    /// The server did not confirm that it accepted it.
    case noAnswer = "no_answer"
    /// It bounced after the server had accepted it.
    case bounced
    /// The provider of text messages could not deliver it.
    case undelivered
    /// Its sender crashed before the outcome was recorded.
    case senderCrashed = "sender_died"
    /// The database was restored, and it may have been sent before.
    case restored
    /// It was queued again manually.
    case resent
    /// Its outcome was recorded manually.
    case settled
    /// The mark or the cancellation that it was about was corrected.
    case corrected
}

extension MessageReason {
    /// The obstacles that prevent a session and withhold its messages.
    public static let obstacles: [MessageReason] = [.trainerAway, .studioClosed, .trainerRetired]

    /// Whether it is one of ``obstacles``.
    public var isObstacle: Bool { Self.obstacles.contains(self) }
}
