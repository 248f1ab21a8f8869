import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

/// `intro why`: explains which messages of a session were sent, skipped or are scheduled.
struct Why: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Explain a session's messages: sent, skipped, scheduled.",
        discussion: """


            Example: intro why K7Q2-9FXM
            """)

    @Argument(help: .session, completion: .references)
    var reference: String

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let database = try await intro.readDatabase()
        let reference = try await intro.session(reference, in: database).reference
        let entries = try await database.withConnection { [now = intro.now] connection in
            try await LedgerRepository(connection).history(of: reference, now: now)
        }
        try await intro.noteTemplateProblems(of: entries, in: database)
        try intro.console.report(entries.map { MessageHistoryRecord($0) }) {
            guard !entries.isEmpty else { return "No messages for this session." }
            return entries.map { Self.text($0, on: intro.console) }.joined(separator: "\n\n")
        }
    }

    private static func text(_ entry: LedgerEntry, on console: Console) -> String {
        let times = console.times
        func text(_ instant: Date) -> String { times.text(instant, on: entry.clock) }
        var keyValues = KeyValueTable([
            "Message": [entry.ruleText, entry.channel, "to the \(entry.audience)"].joined(separator: ", "),
            "Due": text(entry.dueAt),
            "Status": entry.statusText(in: times),
            "Why": entry.pause == nil ? entry.explanation(in: times) : nil,
            "Waits until": entry.waitUntil.map(text),
            "Copied because": entry.copyReason,
            "Number": entry.id.map { "\($0)" },
            "To": entry.recipient,
            "Tried": entry.attemptedAt.map { "\(text($0)), \(counted(Int(entry.attempts), "time"))" },
            "Sent": entry.sentAt.map(text),
            "Delivered": entry.deliveredAt.map(text),
            "Server reply": entry.reply,
            "Subject": entry.subject,
        ])
        let body = entry.body.map { String($0.reversed().drop(while: \.isNewline).reversed()) }
        keyValues.append("Text", body?.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) ?? [])
        return keyValues.text(on: console)
    }
}

/// The JSON form of a message with its history: the entry in the ledger and the text that was sent.
struct MessageHistoryRecord: Encodable {
    let entry: LedgerRecord
    @NullWhenNil var subject: String?
    @NullWhenNil var text: String?

    private enum CodingKeys: String, CodingKey {
        case subject, text
    }

    init(_ entry: LedgerEntry) {
        self.entry = LedgerRecord(entry)
        subject = entry.subject
        text = entry.body
    }

    func encode(to encoder: any Encoder) throws {
        try entry.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(_subject, forKey: .subject)
        try container.encode(_text, forKey: .text)
    }
}

extension LedgerEntry {
    /// Returns the status with its reason, such as `skipped: booked after due time`.
    func statusText(in times: TimeFormat) -> String {
        if let pause { return "\(status): \(text(of: pause, in: times))" }
        return [status, reason?.text].compactMap(\.self).joined(separator: ": ")
    }

    /// Returns the reason for a narrow column: its text, or the pause of the channel.
    func reasonText(in times: TimeFormat) -> String {
        pause.map { text(of: $0, in: times) } ?? reason?.text ?? ""
    }

    /// Returns the explanation of a queued message and its remedy; `nil` when status and reason are sufficient.
    func explanation(in times: TimeFormat) -> String? {
        guard status == "queued" || status == "planned" else { return nil }
        if let pause { return text(of: pause, in: times) }
        guard let outlook = reason.flatMap({ self.outlook(because: $0) }) else { return nil }
        guard case .waits = outlook, let waitUntil else { return outlook.text }
        return "\(outlook.text), until \(times.text(waitUntil, on: clock))"
    }

    private func outlook(because reason: MessageReason) -> QueuedMessageOutlook? {
        switch reason {
        case .trainerAway: .waitsForPerson("waits: \(trainerName ?? "the trainer") is away\(detail); \(remedy)")
        case .studioClosed: .waitsForPerson("waits: \(studioName) is closed\(detail); \(remedy)")
        case .trainerRetired:
            .waitsForPerson("waits: \(trainerName ?? "the trainer") no longer takes sessions; \(remedy)")
        case .optOutReview:
            .waitsForPerson("waits: the recipient may have opted out; see `intro sms list --open`")
        case .reconciling:
            .waitsForPerson(
                "waits until all senders have compared their journals with the restored database, at most 10 minutes")
        case .held:
            .waitsForPerson(
                "held: it may have been sent before the database was restored; see `intro reminders hold --help`")
        case .quietHours: .waits("waits for the recipient's quiet hours to end")
        case .awaitingChanges: .waits("waits for possible further changes")
        case .rejectedForNow: .waits("postponed by the server")
        case .notSent: .waits("the server was unavailable")
        case .channelPaused: .waits("the server refused every message; the next is tried soon")
        case .templateError: .waits("its template cannot be used; correct the file")
        case .noEmail, .noPhone: .isSkipped("\(reason.text): will be skipped unless one is added")
        case .optedOut, .hardBounce, .complaint, .suppressed, .ruleDisabled, .conditionNotMet, .notFirstBooking,
            .cancelled, .rescheduled, .confirmed, .sessionClosed, .sessionStarted, .tooLate, .superseded,
            .nothingToReport:
            .isSkipped("will be skipped: \(reason.text)")
        case .lateBooking, .ruleIsNewer, .renderingFailed, .invalidData, .rejectedPermanently, .noAnswer, .bounced,
            .undelivered, .senderCrashed, .restored, .resent, .settled, .corrected:
            nil
        }
    }

    private var remedy: String {
        reference == nil ? "reschedule or cancel the sessions of that day" : "reschedule or cancel the session"
    }

    /// The recorded detail of an obstacle, in parentheses.
    private var detail: String { obstacleDetail.map { " (\($0))" } ?? "" }

    private func text(of pause: ChannelPause, in times: TimeFormat) -> String {
        let server = pause.channel == .email ? "mail server" : "text service"
        // Rounded up, since nothing is sent before that time.
        let until = times.text(clock.time(of: pause.until + 59), on: clock)
        return "\(server) paused until \(until) (\(pause.cause))"
    }
}

extension ChannelPause {
    /// The server's reply, or the reason why it could not be used.
    ///
    /// For `The mail server could not be used: connection refused`, only the second half: the code implies the first.
    var cause: String {
        guard code != .deferred, let colon = reason.firstRange(of: ": ") else { return reason }
        return String(reason[colon.upperBound...])
    }
}
