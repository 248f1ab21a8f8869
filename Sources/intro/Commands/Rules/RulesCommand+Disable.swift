import ArgumentParser
import Booking

extension RulesCommand {
    /// `intro rules disable`.
    struct Disable: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "disable", abstract: "Send a rule's messages no more; what was sent stays in the ledger.")

        @Argument(help: "The rule.")
        var key: String

        @Option(help: ArgumentHelp("At this studio alone.", valueName: "id"))
        var studio: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            try await intro.edit(key, at: studio) { $0.isEnabled = false }
        }
    }

    /// `intro rules enable`.
    struct Enable: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "enable",
            abstract: "Send a rule's messages again; what was due meanwhile is not made up for.")

        @Argument(help: "The rule.")
        var key: String

        @Option(help: ArgumentHelp("At this studio alone.", valueName: "id"))
        var studio: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            try await intro.edit(key, at: studio) { $0.isEnabled = true }
        }
    }
}
