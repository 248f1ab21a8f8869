import ArgumentParser

/// `intro trainer`: the people who give sessions.
struct TrainerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trainer",
        abstract: "Manage trainers, their hours and time off.",
        subcommands: [
            Add.self, List.self, Show.self, Edit.self, Retire.self, Hours.self, Away.self,
        ]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions
}
