import ArgumentParser

/// The options that every command takes, before or after its own.
struct GlobalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The PostgreSQL database to use.", valueName: "url"))
    var database: String?

    @Option(help: ArgumentHelp("Read settings from this file only.", valueName: "file"))
    var config: String?

    @Flag(help: "Print results and errors as JSON.")
    var json = false

    @Option(help: "Whether to use colour: auto, always or never.")
    var color = ColorChoice.auto

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("The actor for the event log. (default: your login)", valueName: "who")
    )
    var actor: String?

    @Option(help: ArgumentHelp("Act as if it were this time, as in 2026-12-01T09:00:00-08:00.", valueName: "time"))
    var now: String?

    @Flag(help: "Print progress on standard error.")
    var verbose = false
}

/// When to use colour.
enum ColorChoice: String, CaseIterable, Sendable, ExpressibleByArgument {
    /// On a terminal, unless `NO_COLOR` is set.
    case auto
    case always
    case never
}
