import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Reminders

extension ClientCommand {
    /// What a person wants, or wants no more.
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

        /// Whether nothing was said.
        var isEmpty: Bool { [channel, scope, how].allSatisfy { $0 == nil } }

        /// The wish that the options tell of.
        ///
        /// - Parameter isGranted: Whether they want it.
        /// - Returns: The wish.
        /// - Throws: `InvalidInput`.
        func consentChange(isGranted: Bool) throws -> ConsentDesk.Preference {
            var consentChange = ConsentDesk.Preference(
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
            discussion: "With --token, the client is found by the token of an unsubscribe link.")

        @Argument(help: "The client: e-mail, phone or client number.")
        var who: String?

        @Option(help: ArgumentHelp("The token of an unsubscribe link.", valueName: "token"))
        var token: String?

        @OptionGroup var options: ConsentOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws {
            guard (who == nil) != (token == nil) else {
                throw ValidationError("name the person, or the --token of their mail's link")
            }
            guard token == nil || options.isEmpty else {
                throw ValidationError("a link ends all mail: leave out --channel, --scope and --how")
            }
        }

        func run(in intro: Intro) async throws {
            let consentChange = try options.consentChange(isGranted: false)
            let database = try await intro.database()
            guard let token else {
                let who = try await intro.who(who ?? "", studio: nil, in: database)
                let record = try await intro.consentDesk(database).note(consentChange, of: who, now: intro.now)
                return try intro.report(record, consentChange.channels)
            }
            guard let token = UUID(uuidString: token) else {
                throw InvalidInput(
                    field: "--token", problem: "is no token", hint: "take it from the link as it stands in the mail")
            }
            try intro.report(try await intro.consentDesk(database).unsubscribe(token, now: intro.now), [.email])
        }
    }

    /// `intro client opt-in`.
    struct OptIn: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "opt-in", abstract: "Resubscribe a client.")

        @Argument(help: "The client: e-mail, phone or client number.")
        var who: String

        @OptionGroup var options: ConsentOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let consentChange = try options.consentChange(isGranted: true)
            let database = try await intro.database()
            let who = try await intro.who(who, studio: nil, in: database)
            let record = try await intro.consentDesk(database).note(consentChange, of: who, now: intro.now)
            try intro.report(record, consentChange.channels)
        }
    }
}

extension Intro {
    /// Shows what a person wants by some channels, and what keeps messages from them all the same.
    fileprivate func report(_ record: ConsentDesk.Record, _ channels: [Channel]) throws {
        try console.report(ConsentStatusRecord(record)) {
            KeyValueTable(
                ["Client": "\(record.client.id.value)", "Name": record.client.name],
                consents: record.consents.filter { channels.contains($0.channel) }, suppressions: record.suppressions
            ).text(colored: console.isColored)
        }
        guard !record.suppressions.isEmpty else { return }
        console.note("note: nothing is sent to a suppressed address; see `intro suppression --help`")
    }
}

extension KeyValueTable {
    /// A sheet that ends with what a person wants.
    init(_ lines: KeyValuePairs<String, String?>, consents: [Consent], suppressions: [Suppression]) {
        self.init(lines)
        append(consents, suppressions)
    }

    /// Adds what a person wants.
    mutating func append(_ consents: [Consent], _ suppressions: [Suppression]) {
        for channel in Channel.allCases {
            let said = consents.filter { $0.channel == channel }
            append(
                channel == .email ? "Mail" : "Texts",
                said.map { consent in
                    let about = consent.scope == .session ? "about sessions" : "afterwards"
                    let day = RFC3339.string(consent.at).prefix(10)
                    let how = consent.how == "contact_given" ? "with the contact" : consent.how
                    return "\(consent.isGranted ? "yes" : "no"), \(about): since \(day), \(how), \(consent.actor)"
                })
        }
        append("Suppressed", suppressions.map { "\($0.address): \($0.reason.rawValue)" })
    }
}

/// An entry of the suppression list as JSON has it.
struct SuppressionRecord: Encodable {
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

/// What a person wants, as JSON has it.
struct ConsentRecord: Encodable {
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

/// What was written down of a person's wishes, as JSON has it.
struct ConsentStatusRecord: Encodable {
    let client: Int64
    let consents: [ConsentRecord]
    let suppressions: [SuppressionRecord]

    init(_ record: ConsentDesk.Record) {
        client = record.client.id.value
        consents = record.consents.map { ConsentRecord($0) }
        suppressions = record.suppressions.map { SuppressionRecord($0) }
    }
}
