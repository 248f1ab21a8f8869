import ArgumentParser

/// `intro rules`: what is sent, when, how and to whom.
struct RulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "See and change what is sent, when, how and to whom.",
        discussion: """
            A rule without a studio counts chain-wide; one of the same name with --studio counts there instead. Nothing \
            that was sent is ever sent again because a rule changed.
            """,
        subcommands: [List.self, Show.self, Add.self, Edit.self, Disable.self, Enable.self]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions
}
