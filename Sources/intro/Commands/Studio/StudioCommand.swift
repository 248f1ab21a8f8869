import ArgumentParser

/// `intro studio`: the places where sessions are held.
struct StudioCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "studio",
        abstract: "Add, edit, show and close studios.",
        subcommands: [Add.self, List.self, Show.self, Edit.self, Close.self]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions
}
