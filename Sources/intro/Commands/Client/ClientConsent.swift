import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

extension ClientCommand {
    /// The options for a change of communication preferences.
    struct ConsentOptions: ParsableArguments {
        @Option(help: ArgumentHelp("email or sms. (default: both)", valueName: "channel"))
        var channel: String?

        @Option(
            help: ArgumentHelp(
                "session (about an upcoming session) or follow_up (after a session). (default: both)",
                valueName: "scope"))
        var scope: String?

        @Option(help: ArgumentHelp("How the client asked. (default: desk)", valueName: "text"))
        var how: String?

        /// Whether no option was given.
        var isEmpty: Bool { [channel, scope, how].allSatisfy { $0 == nil } }

        /// Returns the change that the options describe.
        ///
        /// - Parameter isGranted: Whether consent is given or withdrawn.
        /// - Returns: The change.
        /// - Throws: `InvalidInput`.
        func consentChange(isGranted: Bool) throws -> ConsentEditor.Preference {
            var consentChange = ConsentEditor.Preference(
                isGranted: isGranted, how: try how.map { try SingleLineText($0, field: "--how").text } ?? "desk")
            if let channel {
                consentChange.channels = [try parseChoice(channel, field: "--channel", of: Channel.allCases)]
            }
            if let scope {
                consentChange.scopes = [try parseChoice(scope, field: "--scope", of: Consent.Scope.allCases)]
            }
            return consentChange
        }
    }

    /// `intro client opt-out`.
    struct OptOut: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "opt-out", abstract: "Unsubscribe a client.",
            discussion: """
                With --token, the client is found by the token of an unsubscribe link.

                Example: intro client opt-out ana@example.com --channel sms
                """)

        @Argument(help: .client)
        var who: String?

        @Option(help: ArgumentHelp("The token of an unsubscribe link.", valueName: "token"))
        var token: String?

        @OptionGroup var options: ConsentOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws {
            guard (who == nil) != (token == nil) else {
                throw ValidationError("give the client, or --token with the token of an unsubscribe link")
            }
            guard token == nil || options.isEmpty else {
                throw ValidationError("--token unsubscribes from all mail: leave out --channel, --scope and --how")
            }
        }

        func run(in intro: Intro) async throws {
            let consentChange = try options.consentChange(isGranted: false)
            let database = try await intro.database()
            guard let token else {
                let who = try await intro.clientIdentifier(who ?? "", in: database)
                let record = try await intro.consentEditor(database).note(consentChange, of: who, now: intro.now)
                return try await intro.report(record, consentChange.channels, database)
            }
            guard let token = UUID(uuidString: token) else {
                throw InvalidInput(
                    field: "--token", problem: "is not a valid token", hint: "copy it from the link in the mail")
            }
            let record = try await intro.consentEditor(database).unsubscribe(token, now: intro.now)
            try await intro.report(record, [.email], database)
        }
    }

    /// `intro client opt-in`.
    struct OptIn: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "opt-in", abstract: "Resubscribe a client.",
            discussion: "Example: intro client opt-in ana@example.com")

        @Argument(help: .client)
        var who: String

        @OptionGroup var options: ConsentOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let consentChange = try options.consentChange(isGranted: true)
            let database = try await intro.database()
            let who = try await intro.clientIdentifier(who, in: database)
            let record = try await intro.consentEditor(database).note(consentChange, of: who, now: intro.now)
            try await intro.report(record, consentChange.channels, database)
        }
    }
}

extension Intro {
    /// Prints the communication preferences of a client, and the blocked addresses.
    fileprivate func report(
        _ record: ConsentEditor.Record, _ channels: [Channel], _ database: Database
    ) async throws {
        let times = try await displayTimes(in: database)
        try console.report(ConsentStatusRecord(record)) {
            KeyValueTable(
                ["Client": "\(record.client.id.value)", "Name": record.client.name],
                consents: record.consents.filter { channels.contains($0.channel) }, suppressions: record.suppressions,
                in: times
            ).text(on: console)
        }
        guard !record.suppressions.isEmpty else { return }
        console.note("note: nothing is sent to a suppressed address; see `intro suppression --help`")
    }
}

extension KeyValueTable {
    /// Returns a table that ends with the communication preferences.
    init(
        _ lines: KeyValuePairs<String, String?>, consents: [Consent], suppressions: [Suppression],
        in times: DisplayTimes
    ) {
        self.init(lines)
        append(consents, suppressions, in: times)
    }

    /// Adds the communication preferences and the blocked addresses.
    mutating func append(_ consents: [Consent], _ suppressions: [Suppression], in times: DisplayTimes) {
        for channel in Channel.allCases {
            let entries = consents.filter { $0.channel == channel }
            append(
                channel == .email ? "Mail" : "Texts",
                entries.map { consent in
                    let about = consent.scope == .session ? "about sessions" : "afterwards"
                    let how = consent.how == "contact_given" ? "with the contact" : consent.how
                    let since = "since \(times.date(of: consent.at)), \(how), \(consent.actor)"
                    return "\(consent.isGranted ? "yes" : "no"), \(about): \(since)"
                })
        }
        append("Suppressed", suppressions.map { "\($0.address): \($0.reason.rawValue)" })
    }
}

/// The JSON form of a suppression list entry.
struct SuppressionRecord: Encodable, Sendable, Equatable {
    let address: String
    let channel: String
    let reason: String
    @NullWhenNil var detail: String?
    let at: Date
    let by: String

    init(_ entry: Suppression) {
        address = entry.address
        channel = entry.channel.rawValue
        reason = entry.reason.rawValue
        detail = entry.detail
        at = entry.at
        by = entry.actor
    }
}

/// The JSON form of a client's consent.
struct ConsentRecord: Encodable, Sendable, Equatable {
    let channel: String
    let scope: String
    let granted: Bool
    let at: Date
    let how: String
    let by: String

    init(_ consent: Consent) {
        channel = consent.channel.rawValue
        scope = consent.scope.rawValue
        granted = consent.isGranted
        at = consent.at
        how = consent.how
        by = consent.actor
    }
}

/// The JSON form of a client's communication preferences after a change.
struct ConsentStatusRecord: Encodable {
    let client: Int64
    let consents: [ConsentRecord]
    let suppressions: [SuppressionRecord]

    init(_ record: ConsentEditor.Record) {
        client = record.client.id.value
        consents = record.consents.map { ConsentRecord($0) }
        suppressions = record.suppressions.map { SuppressionRecord($0) }
    }
}
