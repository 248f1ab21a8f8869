import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

/// `intro why`: what was sent about a session, what was not, what will be, and why.
struct Why: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Explain a session's messages: sent, skipped, scheduled.",
        discussion:
            """
            `planned` and `queued` messages are not sent yet. Their reason says what they wait for (such as quiet_hours, \
            awaiting_changes, channel_paused, trainer_away, studio_closed, trainer_retired, opt_out_review or \
            template_error), or why they would be skipped now.
            """
    )

    @Argument(help: ArgumentHelp("The booking reference, such as K7Q2-9FXM.", valueName: "ref"))
    var reference: String

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let reference = try Reference(reference)
        let entries = try await intro.database().withConnection { [now = intro.now] connection in
            _ = try await SessionRepository(connection).named(reference)
            return try await LedgerRepository(connection).history(of: reference, now: now)
        }
        try intro.console.report(entries.map { MessageHistoryRecord($0) }) {
            guard !entries.isEmpty else { return "No messages for this session." }
            return entries.map { Self.text($0, colored: intro.console.isColored) }.joined(separator: "\n\n")
        }
    }

    private static func text(_ entry: LedgerEntry, colored: Bool) -> String {
        var keyValues = KeyValueTable([
            "Message": [entry.rule, entry.channel, "to the \(entry.audience)"].joined(separator: ", "),
            "Due": entry.clock.text(entry.dueAt),
            "Status": entry.statusText,
            "Why": entry.pause == nil ? entry.explanation : nil,
            "Waits until": entry.waitUntil.map { entry.clock.text($0) },
            "Number": entry.id.map { "\($0)" },
            "To": entry.recipient,
            "Tried": entry.attemptedAt.map { "\(entry.clock.text($0)), \(counted(Int(entry.attempts), "time"))" },
            "Sent": entry.sentAt.map { entry.clock.text($0) },
            "Delivered": entry.deliveredAt.map { entry.clock.text($0) },
            "Server said": entry.reply,
            "Subject": entry.subject,
        ])
        let words = entry.body.map { String($0.reversed().drop(while: \.isNewline).reversed()) }
        keyValues.append("Text", words?.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) ?? [])
        return keyValues.text(colored: colored)
    }
}

/// A message's account as JSON has it: the row of the ledger, and what was said.
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
    /// The status with what it waits for or why, such as `skipped: late_booking`.
    var statusText: String {
        if let pause { return "\(status): \(words(of: pause))" }
        return [status, reason].compactMap(\.self).joined(separator: ": ")
    }

    /// The reason for a narrow column: its code, or what a paused channel waits for.
    var reasonText: String { pause.map { words(of: $0) } ?? reason ?? "" }

    /// What a message waits for, and what to do about it; `nil` where its status and reason say it all.
    var explanation: String? {
        guard status == "queued" || status == "planned" else { return nil }
        if let pause { return words(of: pause) }
        guard let reason else { return nil }
        if let obstacle = MessageObstacle(rawValue: reason) { return "waits: \(words(of: obstacle)); \(remedy)" }
        return Self.explanations[reason].map { explanation in
            // What a person ends has no end of its own; the instant is only that from which it would be too late.
            let end = reason == "opt_out_review" || HeldMessages.Reason(rawValue: reason) != nil ? nil : waitUntil
            return end.map { "\(explanation), until \(clock.text($0))" } ?? explanation
        }
    }

    private static let explanations = [
        "quiet_hours": "keeps the recipient's quiet hours",
        LedgerEntry.awaitingChanges: "waits in case another change follows",
        "rejected_for_now": "put off by the server",
        "not_sent": "the server was unavailable",
        LedgerEntry.channelPaused: "the server refused every message; the next is tried soon",
        DeliveryRecord.templateError: "its template cannot be used; correct the file",
        "opt_out_review": "waits: the recipient may have opted out; see `intro sms list --open`",
        HeldMessages.Reason.reconciling.rawValue:
            "waits until all senders have compared their journals with the restored database, at most 10 minutes",
        HeldMessages.Reason.held.rawValue:
            "held: it may have been sent before the database was restored; see `intro reminders hold --help`",
        "no_email": "no e-mail address: will be skipped unless one is added",
        "no_phone": "no phone number: will be skipped unless one is added",
        "opted_out": "will be skipped: the recipient wants no such messages",
        "hard_bounce": "will be skipped: mail to this address came back",
        "complaint": "will be skipped: the recipient complained",
        "suppressed": "will be skipped: the address is blocked",
    ]

    private var remedy: String {
        reference == nil ? "reschedule or cancel the sessions of that day" : "reschedule or cancel the session"
    }

    private func words(of obstacle: MessageObstacle) -> String {
        let detail = obstacleDetail.map { " (\($0))" } ?? ""
        switch obstacle {
        case .trainerAway: return "\(trainerName ?? "the trainer") is away\(detail)"
        case .studioClosed: return "\(studioName) is closed\(detail)"
        case .trainerRetired: return "\(trainerName ?? "the trainer") no longer takes sessions"
        }
    }

    private func words(of pause: ChannelPause) -> String {
        let server = pause.channel == .email ? "mail server" : "text service"
        return "\(server) paused until \(timeOfDay(pause.until)) (\(pause.cause))"
    }

    /// The time on the studio's wall to the second: `21:33:41`.
    private func timeOfDay(_ instant: Date) -> String {
        let second = clock.secondOfDay(of: instant)
        return [second / 3600, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
            .joined(separator: ":")
    }
}

extension ChannelPause {
    /// What the server said, or why it could not be used.
    ///
    /// `The mail server could not be used: connection refused`: the first half is told by the code already.
    var cause: String {
        guard code != .deferred, let colon = reason.firstRange(of: ": ") else { return reason }
        return String(reason[colon.upperBound...])
    }
}
