import ArgumentParser

/// `intro reminders`: what people are told.
struct RemindersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reminders",
        abstract: "Send, preview and track messages.",
        subcommands: [
            Send.self, Plan.self, List.self, Preview.self, Test.self, Unknown.self, Resend.self, Settle.self, Hold.self,
            Release.self,
        ]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions
}
