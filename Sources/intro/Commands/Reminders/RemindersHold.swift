import ArgumentParser
import BookingStore
import FoundationEssentials
import Reminders

extension RemindersCommand {
    /// `intro reminders hold`.
    struct Hold: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "hold",
            abstract: "After a restore, mark possibly sent messages as unknown.",
            discussion: """
                Messages are held when the database was restored and the journal of a sender is missing. Those that were \
                due from the given time on may have been sent before the restore: they become unknown and are not sent \
                again. Those that were due earlier are sent. Give the moment to which the database was restored, such as \
                `intro reminders hold --sent-since "2026-12-01 09:40"`.

                Example: intro reminders hold --sent-since "today 2am"
                """)

        @Option(help: ArgumentHelp("The time to which the database was restored.", valueName: "time"))
        var sentSince: String

        @Flag(help: "List the messages and change nothing.")
        var dryRun = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let since = try await intro.since(sentSince, field: "--sent-since")
            try await intro.resolveHeldMessages(.hold(sentSince: since), dryRun: dryRun)
        }
    }

    /// `intro reminders release`.
    struct Release: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "release",
            abstract: "After a restore, send held messages.",
            discussion: """
                Use it if no message was sent after the backup, as in a planned move to another server. List the messages \
                first: `intro reminders release --dry-run`.

                Example: intro reminders release --dry-run
                """)

        @Flag(help: "List the messages and change nothing.")
        var dryRun = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            try await intro.resolveHeldMessages(.release, dryRun: dryRun)
        }
    }
}

extension Intro {
    /// The JSON form of the result for held messages.
    private struct SettlementRecord: Encodable {
        /// The number of messages that were marked as unknown.
        let unknown: Int
        /// The number of messages that were released.
        let released: Int
        /// All held messages.
        let messages: [LedgerRecord]
    }

    /// Ends the hold of messages and prints the result.
    ///
    /// - Parameters:
    ///   - decision: The operator's decision.
    ///   - isDryRun: Whether to print the result without a change.
    /// - Throws: `PostgresError` or `OutputError`.
    fileprivate func resolveHeldMessages(_ decision: DeliveryReconciliation.Decision, dryRun isDryRun: Bool)
        async throws
    {
        let settlement = try await DeliveryReconciliation(database: database(), actor: actor).settle(
            decision, dryRun: isDryRun, now: now)
        let record = SettlementRecord(
            unknown: settlement.unknown, released: settlement.released,
            messages: settlement.messages.map { LedgerRecord($0) })
        try console.report(record) {
            guard !settlement.messages.isEmpty else { return "No messages are held." }
            let (unknown, released) = (counted(settlement.unknown, "message"), counted(settlement.released, "message"))
            return table(of: settlement.messages)
                + (isDryRun
                    ? "\n\n\(unknown) would be marked as unknown, \(released) would be released. Nothing was changed."
                    : "\n\n\(unknown) marked as unknown, \(released) released.")
        }
    }
}

extension HeldMessages {
    /// The number of held messages and the reason, as a sentence.
    var text: String {
        let messages = counted(count, "message")
        let verb = count == 1 ? "waits" : "wait"
        switch reason {
        case .reconciling:
            return "\(messages) \(verb) until all senders have compared their journals with the restored database"
                + (hosts.isEmpty ? "." : " (\(hosts.joined(separator: ", ").visible)), at most 10 minutes.")
        case .held:
            return "\(messages) \(count == 1 ? "is" : "are") held: the database was restored, and the journal of "
                + "\(hosts.joined(separator: ", ").visible) is missing. See `intro reminders hold --help`."
        }
    }

    /// The failure for held messages.
    var failure: Failure? {
        guard count > 0 else { return nil }
        let messages = counted(count, "message")
        switch reason {
        case .reconciling:
            return Failure(
                code: "messages_reconciling", message: "\(messages) could not be sent yet",
                reason: "the database was restored or promoted, and other senders have not compared their journals yet",
                hint: "send again later, or start the other senders: after 10 minutes all messages are sent",
                exit: .tryAgain)
        case .held:
            return Failure(
                code: "messages_held", message: "\(messages) \(count == 1 ? "is" : "are") held and may have been sent",
                reason:
                    "the database was restored or promoted, and the journal of another sender is missing "
                    + "(\(hosts.joined(separator: ", ")))",
                hint: "start that sender with its journal, or decide: `intro reminders hold --sent-since TIME` marks "
                    + "what was sent as unknown, `intro reminders release` sends all",
                exit: .misconfigured)
        }
    }
}
