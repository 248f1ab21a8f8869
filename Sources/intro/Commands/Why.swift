import ArgumentParser
import Booking
import BookingStore
import Postgres

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
            return try await LedgerRepository(connection).account(of: reference, now: now)
        }
        try intro.console.report(entries.map { AccountRecord($0) }) {
            guard !entries.isEmpty else { return "No messages for this session." }
            return entries.map { Self.text($0, colored: intro.console.isColored) }.joined(separator: "\n\n")
        }
    }

    private static func text(_ entry: LedgerEntry, colored: Bool) -> String {
        var sheet = KeyValueTable([
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
        sheet.append("Text", words?.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) ?? [])
        return sheet.text(colored: colored)
    }
}

/// A message's account as JSON has it: the row of the ledger, and what was said.
struct AccountRecord: Encodable {
    let entry: LedgerRecord
    @Null var subject: String?
    @Null var text: String?

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
