import ArgumentParser
import Booking
import BookingStore

extension ClientCommand {
    /// `intro client edit`.
    struct Edit: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "edit",
            abstract: "Edit a client; other fields keep their values."
        )

        @Argument(help: "The client: e-mail, phone or client number.")
        var who: String

        @Option(help: ArgumentHelp("The client's name.", valueName: "name"))
        var name: String?

        @OptionGroup var options: ClientOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws {
            guard name != nil || !options.isEmpty else {
                throw ValidationError("give at least one option to change, such as --email ADDRESS")
            }
        }

        func run(in intro: Intro) async throws {
            let name = try name.map { try PersonName($0, field: "--name").text }
            let database = try await intro.database()
            let region = try await intro.region(in: database)
            let who = try ClientIdentifier(who, region: region)
            let client = try await intro.backOffice(database).edit(client: who) { [options] details in
                details.name = name ?? details.name
                try options.apply(to: &details, region: region)
            }
            try intro.console.report(ClientRecord(client)) {
                KeyValueTable(client).text(colored: intro.console.isColored)
            }
            if options.phone != nil { try await intro.noteHousehold(of: client, in: database) }
        }
    }
}
