import ArgumentParser

/// `intro client`: the people who may come, or came.
struct ClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client",
        abstract: "Add, find and edit clients.",
        subcommands: [Add.self, List.self, Show.self, Edit.self, OptOut.self, OptIn.self]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions
}
