import ArgumentParser

/// `intro rules`: what is sent, when, how and to whom.
struct RulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "List and change reminder rules.",
        discussion: """
            A rule without a studio applies to the chain; a rule of the same name with --studio replaces it there. Messages \
            that were sent are not sent again when a rule changes.
            """,
        subcommands: [List.self, Show.self, Add.self, Edit.self, Disable.self, Enable.self]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions
}
