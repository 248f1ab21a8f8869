import ArgumentParser
import Booking

extension RulesCommand {
    /// `intro rules disable`.
    struct Disable: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "disable", abstract: "Turn a rule off.")

        @Argument(help: "The rule.")
        var key: String

        @Option(help: ArgumentHelp("Only at this studio.", valueName: "id"))
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
            abstract: "Turn a rule on; messages missed meanwhile are not sent.")

        @Argument(help: "The rule.")
        var key: String

        @Option(help: ArgumentHelp("Only at this studio.", valueName: "id"))
        var studio: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            try await intro.edit(key, at: studio) { $0.isEnabled = true }
        }
    }
}
