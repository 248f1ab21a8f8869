import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

extension RemindersCommand {
    /// `intro reminders resend`.
    struct Resend: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "resend",
            abstract: "Resend failed or unknown messages if still valid.",
            discussion: """
                Give a message number or a booking reference, or resend all messages that failed since a time: \
                `intro reminders resend --status failed --since 2h`. With --again, a copy of a sent message is sent if it \
                is still valid.

                Example: intro reminders resend K7Q2-9FXM --again --reason "lost the mail"
                """)

        /// The statuses that can be resent in bulk; unknown messages must be decided one by one.
        enum Status: String, CaseIterable, ExpressibleByArgument {
            case failed
        }

        @Argument(help: "A message number, or a reference for all its messages.", completion: .references)
        var message: String?

        @Flag(help: "Send a copy of messages that were sent.")
        var again = false

        @Option(help: ArgumentHelp("With --again: the reason for the copy.", valueName: "text"))
        var reason: String?

        @Option(help: ArgumentHelp("All messages with this status: failed.", valueName: "status"))
        var status: Status?

        @Option(help: ArgumentHelp("With --status: attempted since this time, such as 2h.", valueName: "time"))
        var since: String?

        @Option(help: ArgumentHelp("With --status: only this rule's messages.", valueName: "rule"))
        var rule: String?

        @Flag(help: "With --status: list them and change nothing.")
        var dryRun = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws {
            if (message == nil) == (status == nil) {
                throw ValidationError("Name a message or a session, or give --status failed.")
            }
            if status != nil, since == nil { throw ValidationError("--status needs --since, such as --since 2h.") }
            if again != (reason != nil) {
                throw ValidationError("--again needs --reason TEXT, and --reason goes with --again.")
            }
            if again, status != nil {
                throw ValidationError("--again goes with a message or a session, not with --status.")
            }
            if status == nil, since != nil || rule != nil || dryRun {
                throw ValidationError("--since, --rule and --dry-run go with --status.")
            }
        }

        func run(in intro: Intro) async throws {
            guard let message else { return try await resendFailed(in: intro) }
            let database = try await intro.database()
            let target = try await intro.ledgerTarget(message, in: database)
            let corrections = intro.ledgerCorrections(database)
            let reason = try reason.map { try SingleLineText($0, field: "--reason").text }
            let entries =
                if let reason {
                    try await corrections.sendAgain(target, reason: reason, now: intro.now)
                } else {
                    try await corrections.resend(target, now: intro.now)
                }
            try intro.report(entries, empty: "")
        }

        private func resendFailed(in intro: Intro) async throws {
            let rule = try rule.map { try parseRuleKey($0, field: "--rule") }
            let since = try await intro.since(since ?? "")
            let entries = try await intro.ledgerCorrections(intro.database()).resendFailed(
                since: since, rule: rule, dryRun: dryRun, now: intro.now)
            try intro.report(entries, empty: "No message failed since then.")
        }
    }
}

extension Intro {
    /// Parses `--since` and similar options: a duration before now, a time with an offset, or a local time of the
    /// configured studio, or else one that is the same at all studios.
    ///
    /// - Parameters:
    ///   - text: The text that was typed.
    ///   - field: The option.
    /// - Returns: The instant.
    /// - Throws: `InvalidInput`, also for a time in the future, a `Refusal`, or a `Failure` when the time differs
    ///   between the studios.
    func since(_ text: String, field: String = "--since") async throws -> Date {
        let instant = try await readSince(text, field: field)
        guard instant <= now else {
            throw InvalidInput(
                field: field, problem: "\(quoted(text)) is in the future",
                hint: "give a time before now, such as 2h or \"today 2am\"")
        }
        return instant
    }

    private func readSince(_ text: String, field: String) async throws -> Date {
        if let minutes = try? DurationInput.minutes(text) { return now - Double(minutes) * 60 }
        if let instant = RFC3339.parse(text) { return instant }
        let database = try await database()
        let studios = try await database.withConnection { try await StudioRepository($0).all() }
        guard try defaultStudio == nil, studios.count > 1 else {
            let studio = try await bookingTarget(studio: nil, trainer: nil, in: database).studio
            let context = try await timeContext(for: text, at: studio, with: nil, direction: .back, in: database)
            return try parseTimePhrase(text, field: field, in: context).start(studio.clock)
        }
        return try await commonInstant(
            text, field: field, at: studios, hint: "or a duration before now, such as 2h", in: database
        ) { context in
            var past = context
            past.direction = .back
            return try parseTimePhrase(text, field: field, in: past).start(past.clock)
        }
    }
}

extension Intro {
    /// Finds what a command about messages names: a message by its number, or a session as ``session(_:in:)`` does.
    ///
    /// - Parameters:
    ///   - text: The text that was typed; a number is a message's.
    ///   - database: The database to query.
    /// - Returns: The message, or the session whose messages are meant.
    /// - Throws: `AmbiguousSession`, `NotFound`, `InvalidInput` or `PostgresError`.
    func ledgerTarget(_ text: String, in database: Database) async throws -> LedgerCorrections.Target {
        let typed = Result { () throws(InvalidInput) in try LedgerCorrections.Target(typed: text) }
        if case .success(.message(let id)) = typed { return .message(id) }
        do {
            return .session(try await session(text, in: database).reference)
        } catch is InvalidInput {
            return try typed.get()
        }
    }
}

extension LedgerCorrections.Target {
    /// Parses a message number or a booking reference; eight characters are a reference, and `#` marks a number.
    ///
    /// - Parameter text: The text that was typed.
    /// - Throws: `InvalidInput` when it is neither.
    init(typed text: String) throws(InvalidInput) {
        if let reference = try? Reference(text) {
            self = .session(reference)
        } else if let id = Int64(text.hasPrefix("#") ? String(text.dropFirst()) : text), id > 0 {
            self = .message(id)
        } else {
            throw InvalidInput(
                field: "the message",
                problem: "\(quoted(text)) is neither a message's number nor a booking reference",
                hint: "take the number from `intro reminders unknown`")
        }
    }
}

extension RemindersCommand {
    /// `intro reminders settle`.
    struct Settle: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "settle",
            abstract: "Record the outcome of an unknown message.",
            discussion: "Example: intro reminders settle 1234 --outcome failed")

        /// The outcome that a person found out.
        enum Outcome: String, CaseIterable, ExpressibleByArgument {
            case sent, failed
        }

        @Argument(help: "A message number, or a reference for all its messages.", completion: .references)
        var message: String

        @Option(help: ArgumentHelp("The outcome: sent or failed. (default: sent)", valueName: "outcome"))
        var outcome: Outcome = .sent

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let target = try await target(in: intro, database)
            let entries = try await intro.ledgerCorrections(database).settle(target, arrived: outcome == .sent)
            try intro.report(entries, empty: "")
        }

        /// Returns the named message or session.
        ///
        /// If the text is neither, the error suggests no client, since only messages have an outcome.
        private func target(in intro: Intro, _ database: Database) async throws -> LedgerCorrections.Target {
            do {
                return try await intro.ledgerTarget(message, in: database)
            } catch let missing as NotFound {
                guard case .sessionOrClient = missing.subject else { throw missing }
                var failure = Failure(missing)
                failure.hint = "take the message's number from `intro reminders unknown`"
                throw failure
            }
        }
    }
}

extension RemindersCommand {
    /// `intro reminders unknown`.
    struct Unknown: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "unknown",
            abstract: "List messages with unknown delivery status.",
            discussion: """
                Ask the client or check the server's log, then `resend` or `settle` each.

                Example: intro reminders unknown
                """)

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let entries = try await intro.database().withConnection { connection in
                try await LedgerRepository(connection).entries(of: nil, status: "unknown", limit: .max)
            }
            try intro.report(entries, empty: "No message is unknown.")
        }
    }
}

extension Intro {
    /// Prints messages with their numbers.
    ///
    /// - Parameters:
    ///   - entries: The messages.
    ///   - empty: The text when there are none.
    /// - Throws: `OutputError`.
    func report(_ entries: [LedgerEntry], empty: String) throws {
        try console.report(entries.map { LedgerRecord($0) }) {
            entries.isEmpty ? empty : table(of: entries)
        }
    }

    /// Returns a table of messages with their numbers.
    ///
    /// - Parameter entries: The messages.
    /// - Returns: The table.
    func table(of entries: [LedgerEntry]) -> String {
        var table = Table([
            .code("MESSAGE"), .init("ABOUT"), .code("RULE"), .init("TO"), .exact("TRIED"), .code("STATUS"),
            .init("WHY"),
        ])
        for entry in entries {
            table.append([
                entry.id.map { "\($0)" } ?? "", entry.about, entry.ruleText, entry.recipient ?? "",
                entry.attemptedAt.map { console.times.text($0, on: entry.clock) } ?? "", entry.status,
                entry.reason?.text ?? "",
            ])
        }
        return table.text(on: console)
    }
}
