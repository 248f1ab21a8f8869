import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres

extension ClientCommand {
    /// `intro client export`.
    struct Export: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Print everything stored about a client.",
            discussion: """
                The document is JSON, with and without --json. It contains the client, preferences, notes, sessions, \
                messages with their texts, received texts and mail, blocked addresses, and the events of all of these.

                Example: intro client export ana@example.com
                """)

        @Argument(help: "The client: e-mail, phone, client number or complete name.")
        var who: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let who = try await intro.clientIdentifier(who, isExact: true, in: database)
            let client = try await database.withConnection { try await ClientRepository($0).one(who) }
            try intro.console.print(try await ClientErasure.export(client.id, from: database))
        }
    }

    /// `intro client forget`.
    struct Forget: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "forget",
            abstract: "Erase a client's personal data for good.",
            discussion: """
                Sessions and messages remain without personal data, so that reports do not change. A used free session is \
                kept as a hash with the key of privacy.key_file: the person gets no second one. Asks for the client's \
                name on a terminal. Back-ups, and mail in a folder, contain the data until they are deleted.

                Example: intro client forget ana@example.com --reason "request of 3 May"
                """)

        @Argument(help: "The client: e-mail, phone, client number or complete name.")
        var who: String

        @Option(help: ArgumentHelp("The reason, for the event log; without the name.", valueName: "text"))
        var reason: String?

        @Flag(help: "Erase without asking.")
        var yes = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let reason = try reason.map { try SingleLineText($0, field: "--reason").text }
            let database = try await intro.database()
            let who = try await intro.clientIdentifier(who, isExact: true, in: database)
            let erasure = intro.clientErasure(database)
            let client = try await erasure.erasable(who, now: intro.now)
            if !yes {
                try Confirmation.requireTyped(
                    client.name, because: "all personal data of \(client.nameAndNumber) will be erased")
            }
            let now = intro.now
            let result = try await erasure.erase(client.id, reason: reason, now: now)
            try intro.console.report(ForgetRecord(client.id, result, at: now)) {
                let free = result.keepsFreeSession ? " The used free session is kept as a keyed hash." : ""
                return "Erased client \(client.id.value). \(counted(result.sessions, "session")) and "
                    + "\(counted(result.messages, "message")) remain without personal data.\(free)"
            }
            intro.console.note(
                "note: back-ups, archived WAL, and messages in a folder or at a provider still contain the data")
        }
    }
}

/// The JSON form of an erasure.
struct ForgetRecord: Encodable {
    let client: Int64
    let forgottenAt: Date
    /// The number of erased rows by table.
    let erased: [String: Int]
    /// The number of sessions that remain without personal data.
    let sessions: Int
    /// The number of messages that remain without personal data.
    let messages: Int
    /// Whether the free session is kept as a keyed hash.
    let freeSessionKept: Bool

    init(_ client: Client.ID, _ result: ClientErasure.Result, at now: Date) {
        self.client = client.value
        forgottenAt = now
        erased = result.erased
        sessions = result.sessions
        messages = result.messages
        freeSessionKept = result.keepsFreeSession
    }
}
