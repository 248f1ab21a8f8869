import ArgumentParser
import Booking
import BookingStore
import Postgres
import Reminders

/// `intro quiet-hours`: manages allowed contact hours.
struct QuietHoursCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quiet-hours",
        abstract: "List and set allowed contact hours.",
        discussion: """
            Hours are local to the client. A reminder that is due outside them is sent before they end, if that is after the \
            booking, otherwise when they begin again; if that is too late, it is skipped. Confirmations and \
            notices of changes are sent at any hour.

            Example: intro quiet-hours list
            """,
        subcommands: [List.self, Set.self]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// `intro quiet-hours list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List allowed contact hours by region.",
            discussion: "Example: intro quiet-hours list")

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let all = try await intro.database().withConnection { try await ContactHoursRepository($0).all() }
            try intro.console.report(all.map { ContactHoursRecord($0) }) {
                var table = Table([.init("REGION"), .init("BY"), .init("CONTACT HOURS")])
                for hours in all {
                    table.append([hours.region, hours.channel.rawValue, hours.hours.description])
                }
                return table.text(on: intro.console)
            }
        }
    }

    /// `intro quiet-hours set`.
    struct Set: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Set the allowed contact hours of a region.",
            discussion: "Example: intro quiet-hours set US \"daily 9am-8pm\"")

        @Argument(help: "The studio's region, such as US, or * for all others.")
        var region: String

        @Argument(help: "Hours such as `mon-sat 09:00-20:00; sun 12:00-20:00`, or `none`.")
        var hours: String

        @Option(help: ArgumentHelp("email or sms.", valueName: "channel"))
        var channel = "sms"

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let region = region == "*" ? region : try Region(region, field: "the region").code
            let channel = try parseChoice(channel, field: "--channel", of: Channel.allCases)
            let hours = try Self.hours(hours, language: intro.settings.display.language)
            let database = try await intro.database()
            try await intro.ruleEditor(database).set(contactHoursOf: region, by: channel, to: hours)
            let all = try await database.withConnection { try await ContactHoursRepository($0).all() }
            try intro.console.report(all.map { ContactHoursRecord($0) }) {
                let how = channel == .email ? "mail" : "text"
                let people = region == "*" ? "People in all other regions" : "People in \(region)"
                guard let hours else {
                    let instead =
                        region == "*" ? "may be contacted at any time" : "have the hours of all other regions"
                    return "\(people) \(instead), by \(how)."
                }
                return "\(people) may be contacted \(hours), by \(how)."
            }
        }

        /// Parses the hours; `nil` removes a region's own hours.
        private static func hours(_ text: String, language: PhraseLanguage) throws -> WeeklyHours? {
            guard text.lowercased() != "none" else { return nil }
            let hours = try WeeklyHours(parsing: text, field: "the hours", language: language)
            guard hours != .none else {
                throw InvalidInput(
                    field: "the hours", problem: "must contain some time",
                    hint: "write `none` to remove a region's own hours, or use `intro rules disable` to send nothing")
            }
            return hours
        }
    }
}

/// The JSON form of a region's allowed contact hours.
struct ContactHoursRecord: Encodable {
    let region: String
    let channel: String
    let hours: String

    init(_ hours: ContactHours) {
        region = hours.region
        channel = hours.channel.rawValue
        self.hours = hours.hours.description
    }
}
